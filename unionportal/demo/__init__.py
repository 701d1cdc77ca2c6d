"""The demonstration: an invented province, its winter round, and the story around it."""
