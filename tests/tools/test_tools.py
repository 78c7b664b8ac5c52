"""The tools as a cell calls them, on a real index of a small repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from small_repository import make_small_repository

from rlm_tui.repl.tools import tools
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import File, Module, Slice, Symbol, UnknownName


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    folder = tmp_path_factory.mktemp("tools")
    repository = Repository.open(make_small_repository(folder / "shop"), folder / "cache")
    repository.scan()
    yield repository
    repository.close()


def call(name: str, *arguments: object, **named: object) -> Any:  # a tool returns what it likes
    return tools()[name].run(*arguments, **named)


def test_the_list_of_tools() -> None:
    shown = {name for name, tool in tools().items() if not tool.hidden}
    assert shown >= {
        "grep", "peek", "find", "outline", "callers", "callees", "references", "subclasses", "importers", "imports", "call_path",
    }  # fmt: skip
    assert {"files", "modules", "symbols", "resolve"} <= {name for name, tool in tools().items() if tool.hidden}
    for name in ("callers", "callees", "references", "subclasses"):
        assert tools()[name].owners == ("Symbol",)
    assert set(tools()["outline"].owners) == {"File", "Module", "Symbol"}
    assert set(tools()["importers"].owners) == set(tools()["imports"].owners) == {"File", "Module"}


def test_documentation_is_short() -> None:
    for tool in tools().values():
        lines = tool.doc.splitlines()
        assert lines and lines[0].endswith((".", "them.", "one.")) and len(lines) <= 5, tool.name
    assert (
        sum(len(tool.signature) + len(tool.doc) for tool in tools().values() if not (tool.hidden or tool.unlisted))
        < 4_000
    )


def test_search_and_read(shop: Repository) -> None:
    (hit,) = call("grep", shop, r"def charge\(")
    assert (hit.path, hit.symbol) == ("src/shop/payment.py", "Gateway.charge")
    assert call("grep", shop, "DEF CHARGE(", scope="src", glob="*.py", ignore_case=True, literal=True, limit=1) == [hit]
    assert call("grep", shop, "e", limit=0) and len(call("grep", shop, "e", limit=3)) == 3
    text = call("peek", shop, "Gateway.charge")
    assert isinstance(text, Slice) and "raise PaymentError" in text.text
    assert call("peek", shop, "web/cart.js", 1, 1).text.startswith("import { format }")
    assert call("find", shop, "where is the retry policy of a charge decided?")[0].symbol.path == "src/shop/payment.py"
    assert call("outline", shop, "src/shop/orders.py")[0].qualified == "Order"


def test_the_graph(shop: Repository) -> None:
    assert [edge.source.qualified for edge in call("callers", shop, "backoff")] == ["Gateway.charge"]
    assert {edge.target.qualified for edge in call("callees", shop, "Order.pay")} == {"Gateway.charge", "Order.total"}
    assert [edge.target.qualified for edge in call("call_path", shop, "Order.pay", "backoff")] == [
        "Gateway.charge",
        "backoff",
    ]
    assert call("subclasses", shop, "Gateway") == []
    assert {i.path for i in call("importers", shop, "src/shop/payment.py")} == {"src/shop/orders.py"}
    assert [(i.target, i.inside) for i in call("imports", shop, "web/cart.js")] == [("web/format.js", True)]
    assert {edge.kind for edge in call("references", shop, "Order")} == {"call", "import"}
    with pytest.raises(UnknownName):
        call("callers", shop, "no_such_thing")


def test_pages(shop: Repository) -> None:
    page = call("files", shop, 0, 2)
    assert len(page["items"]) == 2 and page["total"] == len(shop.files()) and isinstance(page["items"][0], File)
    assert [file.path for file in call("files", shop, match="CART")["items"]] == ["web/cart.js"]
    assert [module.name for module in call("modules", shop, match="server")["items"]] == ["server"]
    page = call("symbols", shop, 0, 1, "charge")
    assert page["total"] == 1 and page["items"][0].qualified == "Gateway.charge"
    assert call("symbols", shop, 10_000, 10_010)["items"] == []


def test_names(shop: Repository) -> None:
    assert isinstance(call("resolve", shop, "web"), Module) and isinstance(call("resolve", shop, "web/cart.js"), File)
    assert isinstance(call("resolve", shop, "Order.pay"), Symbol)
    assert isinstance(call("resolve", shop, "web/cart.js:2-3"), Slice)


def test_a_narrowed_repository_keeps_its_tools_inside(shop: Repository) -> None:
    web = shop.narrow(["web"])
    assert call("files", web)["total"] == 2 and call("find", web, "charge the gateway") == []
    assert call("grep", web, "charge") == []


def test_git_is_asked(shop: Repository) -> None:
    (first,) = call("commits", shop)
    assert [call("commits", shop, target, k=0) for target in ("Order.pay", "src/shop", "web/cart.js")] == [[first]] * 3
    (blame,) = call("blame", shop, "Order.pay")
    assert first.id.startswith(shop.commit) and blame.commit == first.id
    assert call("changes", shop) == call("changes", shop, "HEAD") == []
    assert {hunk.status for hunk in call("changes", shop, f"{first.id}^!")} == {"added"}
    assert tools()["commits"].owners == ("Symbol", "File", "Module") and tools()["blame"].owners == ("Symbol", "File")
