"""The engine: runs, calls, routing, the ledger, prompts and citations."""
