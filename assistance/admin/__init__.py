"""The staff door of assistance."""
