"""The navigator: a built-in model that is no language model."""
