"""A bank to practise with: a process of its own, with books of its own on disk.

It knows nothing of the portal but the two folders and the layouts of the files.
"""
