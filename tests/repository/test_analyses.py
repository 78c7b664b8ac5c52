"""The analyses on a small repository of several languages, through the real index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from rlm_tui.repository.analyses import Analyses
from rlm_tui.repository.repository import Repository

Opened = Callable[[dict[str, str]], Analyses]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    repositories: list[Repository] = []

    def make(files: dict[str, str]) -> Analyses:
        for path, text in files.items():
            file = tmp_path / "code" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(dedent(text).lstrip("\n"))
        repositories.append(Repository.open(tmp_path / "code", tmp_path / "cache"))
        repositories[0].scan()
        return repositories[0].analyses

    yield make
    for repository in repositories:
        repository.close()


SHAPES = {
    "shop/prices.py": """
        TAX = 0.2

        def net(amount):
            return amount / (1 + TAX)
        """,
    "shop/cart.py": """
        from shop.prices import net

        class Cart:
            def total(self):
                return net(3)

        class Basket(Cart):
            def total(self):
                return 0
        """,
    "shop/till.py": """
        from shop.cart import Cart

        def ring(cart: Cart):
            return cart.total()
        """,
    "tests/test_till.py": """
        from shop.cart import Cart
        from shop.till import ring

        def test_ring():
            assert ring(Cart()) == 2.5
        """,
}


def test_impact_goes_outwards_and_names_tests(opened: Opened) -> None:
    found = [
        (edge.distance, edge.source.qualified if edge.source else edge.path)
        for edge in opened(SHAPES).impact("net", 5, 100)
    ]
    assert found == [
        (1, "Cart.total"),
        (1, "shop/cart.py"),
        (2, "ring"),
        (2, "Basket.total"),
        (3, "test_ring"),
        (3, "tests/test_till.py"),
    ]


def test_impact_is_bounded(opened: Opened) -> None:
    analyses = opened(SHAPES)
    assert {edge.distance for edge in analyses.impact("net", 1, 100)} == {1}
    assert len(analyses.impact("net", 5, 3)) == 3


def test_overriding_methods_are_affected(opened: Opened) -> None:
    edges = opened(SHAPES).impact("Cart.total", 1, 100)
    assert ("override", "Basket.total") in {(edge.kind, edge.source.qualified) for edge in edges if edge.source}
    callers = {edge.source.qualified for edge in opened(SHAPES).impact("Basket.total", 1, 100) if edge.source}
    assert "ring" in callers  # what calls the base's method may run this one


def test_tests_reach_a_symbol_through_others(opened: Opened) -> None:
    edge = opened(SHAPES).tests("net", 5, 100)[0]
    assert (edge.source and edge.source.qualified, edge.target.qualified, edge.distance) == ("test_ring", "ring", 3)


def test_cycles_of_each_kind(opened: Opened) -> None:
    found = opened(
        {
            "a.py": "import b\n",
            "b.py": "import c\n",
            "c.py": "import a\n",
            "late.py": "import later\n",
            "later.py": "def f():\n    import late\n",
            "typed.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import uses\n",
            "uses.py": "import typed\n",
            "p/__init__.py": "from . import x\n",
            "p/x.py": "from . import y\n",
            "p/y.py": "Z = 1\n",
            "m.ts": "import { n } from './n'\nexport const m = 1\n",
            "n.ts": "import type { m } from './m'\nexport const n = 1\n",
        }
    ).cycles()
    assert [(cycle.kind, cycle.files) for cycle in found] == [
        ("runtime", ("a.py", "b.py", "c.py")),
        ("deferred", ("late.py", "later.py")),
        ("type-only", ("m.ts", "n.ts")),
        ("type-only", ("typed.py", "uses.py")),
    ]
    assert found[0].circle == ("a.py:1", "b.py:1", "c.py:1")


def test_a_scope_limits_cycles(opened: Opened) -> None:
    analyses = opened({"a.py": "import b\n", "b.py": "import a\n", "far/c.py": "x = 1\n"})
    assert [cycle.files for cycle in analyses.cycles("a.py")] == [("a.py", "b.py")]
    assert analyses.cycles("far") == []


DECISIONS = {
    "one.py": """
        def plain():
            "if and or for while"
            return 1  # if if if

        def busy(xs):
            def inner(y):
                return y if y else 0
            for x in xs:
                if x and inner(x) or not x:
                    return [y for y in xs if y]
            try:
                pass
            except ValueError:
                pass
        """,
    "two.c": """
        int pick(int a, int b) {
        #if DEBUG
          /* if (a) */
        #endif
          switch (a) { case 1: return b ? 1 : 2; case 2: while (b && a) b--; }
          return 0;
        }
        """,
    "tests/test_one.py": "def test_long():\n" + "    x = 1\n" * 40,
}


def test_complexity_counts_decisions_in_code(opened: Opened) -> None:
    found = {remark.symbol.qualified: remark.value for remark in opened(DECISIONS).most_complex("", 10)}
    assert found == {"plain": 1, "busy.inner": 2, "busy": 8, "pick": 6}


def test_longest_leaves_tests_out_unless_asked(opened: Opened) -> None:
    analyses = opened(DECISIONS)
    assert [remark.symbol.qualified for remark in analyses.longest("", 2)] == ["busy", "pick"]
    assert [(remark.symbol.qualified, remark.value) for remark in analyses.longest("tests", 2)] == [("test_long", 41)]


def test_raises_in_code_of_each_language(opened: Opened) -> None:
    analyses = opened(
        {
            "a.py": '''
                def f():
                    """Raise Broken."""
                    raise errors.Broken("x")  # raise Broken

                def g():
                    try:
                        f()
                    except Broken:
                        log("raise Broken")
                ''',
            "b.ts": "export function h() {\n  throw new Broken('x')\n}\n",
            "c.java": "class C {\n  void m() { throw new Broken(); }\n  Broken n() { return new Broken(); }\n}\n",
            "d.go": "package d\n\nfunc k() error {\n\treturn nil, Broken\n}\nfunc p() {\n\tpanic(`x`)\n}\n",
            "e.rs": "fn r() -> Result<(), E> {\n    Err(\n        E::Broken,\n    )\n}\n",
        }
    )
    assert [(hit.path, hit.line, hit.symbol) for hit in analyses.raises("Broken", "", 50)] == [
        ("a.py", 3, "f"),
        ("b.ts", 2, "h"),
        ("c.java", 2, "C.m"),
        ("d.go", 4, "k"),
        ("e.rs", 3, "r"),
    ]
    assert [hit.symbol for hit in analyses.raises("panic", "", 50)] == ["p"]
    assert analyses.raises("Broken", "b.ts", 50)[0].path == "b.ts"
