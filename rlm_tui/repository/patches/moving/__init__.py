"""Definitions moved to another file: what moves, what it needs there, and what each language has to adapt."""
