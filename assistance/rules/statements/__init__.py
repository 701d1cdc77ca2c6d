"""Bank statements (对账单): layouts declared as data, read and written, no framework."""
