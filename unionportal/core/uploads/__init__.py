"""Tables that people hand in: read in a limited child, checked, staged, applied."""
