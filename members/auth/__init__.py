"""Who knocks: sign-in of staff and workers, and the actor behind a request."""
