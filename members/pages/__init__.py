"""Pages for workers and the public: one's own data, notices, objections."""
