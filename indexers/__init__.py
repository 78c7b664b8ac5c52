"""One file a language: its tree-sitter query, its import and scope rules. Installed as `rlm_tui.indexers`."""
