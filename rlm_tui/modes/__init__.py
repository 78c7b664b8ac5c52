"""Modes: a task's prompt, tools and result shape (ask; later review, refactor, debug, map)."""
