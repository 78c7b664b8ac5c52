"""rlm-tui: ask a whole repository. A Recursive Language Model for code, in the terminal."""

__version__ = "0.1.0"
