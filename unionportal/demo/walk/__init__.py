"""A round driven from its opening to its certificate by the people who hold the posts."""
