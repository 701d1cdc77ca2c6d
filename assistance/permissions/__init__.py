"""Who may do what in assistance, and the reason where they may not."""
