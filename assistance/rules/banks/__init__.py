"""Bank files: layouts declared as data, read and written without a framework."""
