"""Sandboxes that are chosen by name: every module here, and every entry point `rlm_tui.sandboxes` (see docs/sandboxes.md)."""
