"""The rule language: one text, three uses (compile, evaluate, explain)."""
