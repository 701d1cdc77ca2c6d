"""Workers' pages of assistance."""
