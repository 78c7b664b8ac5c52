"""The REPL: the sandbox protocol, the sealed CPython child, Monty, and what cells see."""
