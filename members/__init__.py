"""Members: divisions, organisations, people, posts, standards and notices."""
