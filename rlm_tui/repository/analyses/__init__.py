"""What can be computed from the index beyond its edges."""
