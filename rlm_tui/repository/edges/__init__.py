"""From uses of names to edges: what a name means, tier by tier, resolved as it is asked for."""
