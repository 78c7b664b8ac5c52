"""Checks of a change that need no language model."""
