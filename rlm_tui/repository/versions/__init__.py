"""What git knows: commits, blame, changes, former text; and how git is asked safely."""
