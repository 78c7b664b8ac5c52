"""A small repository of several modules and languages, made anew for each test that asks for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

FILES = {
    "README.md": "# shop\n\nA small shop.\n",
    "src/shop/__init__.py": '"""A small shop."""\n\nfrom shop.orders import Order\n\n__all__ = ["Order"]\n',
    "src/shop/orders.py": '''"""Orders and how they are paid."""

from shop.payment import Gateway


class Order:
    """What a customer wants."""

    def __init__(self, items: list[str]) -> None:
        self.items = items
        self.gateway = Gateway(max_attempts=3)

    def total(self) -> int:
        """Return the price in cents."""
        return sum(len(item) for item in self.items)

    def pay(self) -> bool:
        """Charge the total."""
        return self.gateway.charge(self.total())
''',
    "src/shop/payment.py": '''"""The payment gateway and its retry policy."""

import time


class PaymentError(Exception):
    """The gateway said no."""


class Gateway:
    """Talks to the bank."""

    def __init__(self, max_attempts: int) -> None:
        # The retry policy: how often a charge is tried before it counts as failed.
        self.max_attempts = max_attempts

    def charge(self, cents: int) -> bool:
        """Charge an amount, trying again as the retry policy says."""
        for attempt in range(self.max_attempts):
            if send(cents):
                return True
            time.sleep(backoff(attempt))
        raise PaymentError(cents)


def backoff(attempt: int) -> float:
    """Return the seconds to wait after a failed attempt."""
    return 0.1 * 2**attempt


def send(cents: int) -> bool:
    """Send one charge over the wire."""
    return cents > 0
''',
    "tests/test_orders.py": """from shop.orders import Order


def test_pay() -> None:
    assert Order(["tea"]).pay()
""",
    "web/cart.js": """import { format } from "./format.js";

/** Adds an item to the cart. */
export function addItem(cart, item) {
  cart.items.push(item);
  return format(cart);
}
""",
    "web/format.js": "export function format(cart) {\n  return cart.items.join(', ');\n}\n",
    "server/main.go": """package main

// Serve answers one request.
func Serve(name string) string {
	return greet(name)
}

func greet(name string) string {
	return "hello " + name
}

func main() {
	Serve("world")
}
""",
}


def make_small_repository(folder: Path, *, git: bool = True) -> Path:
    """Write the files into `folder` (made if need be), commit them unless told not to, and return it."""
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    if git:
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false"]
        for command in (["init", "-q", "-b", "main"], ["add", "-A"], [*identity, "commit", "-q", "-m", "First"]):
            subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True)
    return folder
