"""Models: the protocol, Anthropic-compatible endpoints, and the navigator."""
