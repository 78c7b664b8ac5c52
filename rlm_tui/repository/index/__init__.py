"""The index on disk: worker processes fill it, one SQLite database holds it."""
