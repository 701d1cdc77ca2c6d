"""One module for each row of the table; every module here is found by itself."""
