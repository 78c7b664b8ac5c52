"""Python: what one parse tells of a file, and where its imports lead."""

from __future__ import annotations

import pytest
from code_graph import calls, facts_of, kinds, types

from rlm_tui.repository.indexer import indexers

SESSIONS = '''
"""Sessions."""

import os.path
import numpy as np
from . import utils
from ..core.models import Request as Req, Response  # noqa
from .compat import (
    urlparse,
    urljoin as join,
)
from .flags import *

TIMEOUT = 30


@final
class Session(Base, mixins.Hooks, Generic[T]):
    """Keeps state.

    And more.
    """

    retries: int = 3
    adapter: "Adapter"

    def __init__(self, pool: Pool, *, limit: int = 1) -> None:
        self.pool = pool
        self.cookies = CookieJar()

    @property
    async def send(self, request: Req | None, **options: dict[str, Any]) -> Response:
        """Sends one
        request."""
        with self.pool.open(request) as connection:
            connection.write(join(request.url))
        def later():
            return urlparse(request.url).netloc
        return self.adapter.build(later)


def make():
    session = Session(Pool())
    raise SessionError(session)
'''


def test_definitions_have_spans_signatures_and_docstrings() -> None:
    facts = facts_of("pkg/sessions.py", SESSIONS)
    assert kinds(facts) == {
        "TIMEOUT": "constant",
        "Session": "class",
        "Session.retries": "variable",
        "Session.adapter": "variable",
        "Session.__init__": "method",
        "Session.send": "method",
        "Session.send.later": "function",
        "make": "function",
    }
    by_name = {symbol.qualified: symbol for symbol in facts.symbols}
    send = by_name["Session.send"]
    assert (send.start, send.end, send.doc) == (30, 38, "Sends one\nrequest.")
    assert send.signature == "async def send(self, request: Req | None, **options: dict[str, Any]) -> Response"
    assert SESSIONS.lstrip("\n")[send.start_byte :].startswith("@property\n    async def send")
    assert facts.symbols[send.scope].name == "Session" and by_name["Session"].start == 16
    assert by_name["Session"].doc == "Keeps state.\n\nAnd more."
    assert (facts.language, facts.has_errors, facts.is_test, facts.lines) == ("python", False, False, 43)


def test_references_have_receivers_and_scopes() -> None:
    facts = facts_of("pkg/sessions.py", SESSIONS)
    assert calls(facts, "inherit") == ["Base in Session", "mixins.Hooks in Session", "Generic in Session"]
    found = calls(facts)
    for wanted in (
        "self.pool.open in Session.send",
        "connection.write in Session.send",
        "join in Session.send",
        "urlparse in Session.send.later",
        "self.adapter.build in Session.send",
        "Session in make",
        "Pool in make",
    ):
        assert wanted in found
    assert "Response in Session.send" in calls(facts, "type")


def test_types_come_from_annotations_and_constructors() -> None:
    found = types(facts_of("pkg/sessions.py", SESSIONS))
    assert {
        ("Session.__init__", "pool", "Pool"),
        ("Session.__init__", "self.pool", "=pool"),
        ("Session.__init__", "self.cookies", "CookieJar()"),
        ("Session.send", "request", "Req | None"),
        ("Session.send", "return", "Response"),
        ("Session.send", "connection", "self.pool.open()"),
        ("make", "session", "Session()"),
    } <= found
    assert ("Session.adapter", "adapter", '"Adapter"') in found


def test_imports_keep_names_and_aliases() -> None:
    facts = facts_of("pkg/sessions.py", SESSIONS)
    assert {(i.module, i.names, i.alias) for i in facts.imports} == {
        ("os.path", (), "os.path"),
        ("numpy", (), "np"),
        (".", (("utils", "utils"),), ""),
        ("..core.models", (("Request", "Req"), ("Response", "Response")), ""),
        (".compat", (("urlparse", "urlparse"), ("urljoin", "join")), ""),
        (".flags", (), ""),
    }


FILES = (
    "setup.py",
    "src/shop/__init__.py",
    "src/shop/cart.py",
    "src/shop/json.py",
    "src/shop/pay/__init__.py",
    "src/shop/pay/card.py",
    "tests/helpers.py",
    "tests/test_cart.py",
)


@pytest.mark.parametrize(
    ("module", "importer", "found"),
    [
        ("shop.cart", "tests/test_cart.py", ("src/shop/cart.py",)),
        ("shop", "tests/test_cart.py", ("src/shop/__init__.py",)),
        ("shop.pay", "src/shop/cart.py", ("src/shop/pay/__init__.py",)),
        (".cart", "src/shop/json.py", ("src/shop/cart.py",)),
        (".", "src/shop/cart.py", ("src/shop/__init__.py",)),
        ("..cart", "src/shop/pay/card.py", ("src/shop/cart.py",)),
        ("..", "src/shop/pay/card.py", ("src/shop/__init__.py",)),
        ("helpers", "tests/test_cart.py", ("tests/helpers.py",)),
        ("json", "src/shop/cart.py", ()),
        ("os.path", "src/shop/cart.py", ()),
        ("...", "setup.py", ()),
    ],
)
def test_imports_lead_to_files(module: str, importer: str, found: tuple[str, ...]) -> None:
    assert indexers()[".py"].resolve(module, importer, FILES) == found


@pytest.mark.parametrize(
    ("path", "is_test"),
    [
        ("tests/helpers.py", True),
        ("pkg/test_cart.py", True),
        ("pkg/cart_test.py", True),
        ("conftest.py", True),
        ("src/contest.py", False),
        ("src/latest/cart.py", False),
    ],
)
def test_test_code_is_known_by_its_path(path: str, is_test: bool) -> None:
    facts = facts_of(path, "def check(): pass\ndef test_it(): pass\n")
    assert [s.is_test for s in facts.symbols] == [is_test, True]
