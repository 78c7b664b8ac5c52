"""One file a tool that cells can use. Installed as `rlm_tui.tools`."""
