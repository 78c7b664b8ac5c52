"""One file a theme, and the style sheets. Installed as `rlm_tui.themes`."""
