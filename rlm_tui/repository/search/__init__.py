"""Ranking: which definitions fit a question, and names as one types."""
