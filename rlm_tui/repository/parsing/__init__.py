"""From the text of a file to its facts: what every indexer shares."""
