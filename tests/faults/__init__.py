"""The fault suite: what the portal promises, broken on purpose (`make faults`)."""
