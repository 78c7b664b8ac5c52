"""What is on disk: which files there are, reading them safely, searching and watching them."""
