"""Tracebacks and logs: read, and placed in this checkout."""
