"""Forms of assistance that doors share."""
