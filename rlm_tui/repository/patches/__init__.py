"""Patches: made, read, checked against the files and the index, applied and taken back."""
