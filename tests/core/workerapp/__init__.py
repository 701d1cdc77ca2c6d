"""An app that only the workers of the tests install: jobs to be killed in."""
