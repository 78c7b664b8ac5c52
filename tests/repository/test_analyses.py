"""The analyses on a small repository of several languages, through the real index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from rlm_tui.repository.analyses.analyses import Analyses
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


def test_settings_of_each_language(opened: Opened) -> None:
    analyses = opened(
        {
            "a.py": """
                import os
                KEY = "TOKEN"
                def read():
                    # os.environ["COMMENTED"]
                    os.environ["WRITTEN"] = "1"
                    return os.environ.get("HOME_DIR", "/tmp"), os.getenv("TOKEN"), os.environ[KEY]
                """,
            "b.ts": "export const level = process.env.LEVEL || 'info'\n",
            "c.go": 'package c\n\nfunc f() string { return os.Getenv("HOME_DIR") }\n',
            "d.rs": 'fn g() { std::env::var("HOME_DIR").unwrap(); }\n',
            "E.java": 'class E { String e() { return System.getProperty("home.dir", "x"); } }\n',
            "f.c": 'char *h(void) { return getenv("HOME_DIR"); }\n',
            "g.sh": 'echo "${HOME_DIR:-none}"\n',
        }
    )
    home = analyses.settings("HOME_DIR", "", 50)
    assert {(read.path, read.kind) for read in home} == {
        (path, "env") for path in ("a.py", "c.go", "d.rs", "f.c", "g.sh")
    }
    assert {read.default for read in home} == {'"/tmp"', "none", ""}
    assert {read.name for read in analyses.settings("", "", 50)} >= {"LEVEL", "TOKEN", "HOME_DIR", "home.dir"}
    assert analyses.settings("LEVEL", "", 50)[0].default == "'info'"
    assert analyses.settings("WRITTEN", "", 50)[0].kind == "named" and analyses.settings("COMMENTED", "", 50) == []
    assert {read.line for read in analyses.settings("TOKEN", "", 50) if read.kind == "env"} == {6}


def test_public_names_through_reexports(opened: Opened) -> None:
    analyses = opened(
        {
            "p/__init__.py": "from p.inner import shown, hidden as other\n__all__ = ['shown', 'other']\n",
            "p/inner.py": "def shown(): ...\ndef hidden(): ...\ndef _private(): ...\n",
            "w/index.ts": "export * from './one'\nexport { two as deux } from './two'\nconst kept = 1\n",
            "w/one.ts": "export function one() {}\nfunction inner() {}\n",
            "w/two.ts": "export const two = 2\n",
            "g/g.go": "package g\n\ntype Open struct{}\n\nfunc (o Open) Do() {}\nfunc (o Open) hide() {}\nfunc closed() {}\n",
            "h/h.h": "int declared(int a);\nstatic int only_here(void) { return 1; }\n#define LIMIT 3\n",
            "h/h.c": '#include "h.h"\nint declared(int a) { return a; }\n',
            "J.java": "public class J {\n  public void yes() {}\n  void no() {}\n  private int x() { return 1; }\n}\n",
            "r/lib.rs": "mod inner;\npub use inner::given;\npub fn open() {}\nfn shut() {}\n",
            "r/inner.rs": "pub fn given() {}\n",
        }
    )

    def names(target: str) -> set[str]:
        return {remark.symbol.name for remark in analyses.public_api(target)}

    assert names("p") == {"shown", "hidden"} and names("p/inner.py") == {"shown", "hidden"}
    assert "as other: " in {remark.text[:10] for remark in analyses.public_api("p")}
    assert names("w/index.ts") == {"one", "two"}
    assert names("g") == {"Open", "Do"}
    assert names("h/h.h") == {"declared", "LIMIT"}
    assert names("J.java") == {"J", "yes"} and names("J") == {"yes"}
    assert names("r/lib.rs") == {"open", "given"}


def test_unused_is_precise_and_says_why(opened: Opened) -> None:
    analyses = opened(
        {
            "app.py": """
                import flask

                def _dead(): ...
                def _alive(): ...
                def lonely(): ...
                def dispatched(): ...

                @app.route("/")
                def page():
                    return _alive()

                class Base:
                    def step(self): ...

                class Next(Base):
                    def step(self): ...

                getattr(app, "dispatched")  # and lonely in a comment
                """,
            "tests/test_app.py": "from app import lonely\ndef test_it():\n    lonely()\n",
            "lib.c": "static int forgotten(void) { return 0; }\nint api(void) { return 1; }\n",
            "lib.h": "int api(void);\n",
            "m.ts": "export const shared = () => 1\nconst nobody = () => 2\nexport const o = { handler() {} }\nuse(o)\n",
        }
    )
    found = {remark.symbol.name: (remark.value, remark.text) for remark in analyses.unused("", kept=False, limit=50)}
    assert {name for name, (value, _) in found.items() if value == 0} == {"_dead", "forgotten", "nobody"}
    assert {name for name, (value, _) in found.items() if value == 1} >= {"lonely", "api", "shared"}
    assert "only tests use it (tests/test_app.py:1)" in found["lonely"][1]
    kept = {remark.symbol.qualified: remark.text for remark in analyses.unused("", kept=True, limit=50)}
    assert "@app.route" in kept["page"] and "string at app.py" in kept["dispatched"]
    assert "overrides" in kept["Next.step"] and "property of an object" in kept["o.handler"]
    assert not {"_alive", "page", "dispatched"} & set(found)


def test_what_php_calls_by_its_name_is_not_unused(opened: Opened) -> None:
    pool = "<?php\nclass Pool {\n  public function __destruct() {}\n  public function idle() {}\n}\nnew Pool();\n"
    analyses = opened({"src/Pool.php": pool})
    assert [remark.symbol.name for remark in analyses.unused("", kept=False, limit=50)] == ["idle"]
    assert [remark.symbol.name for remark in analyses.unused("", kept=True, limit=50)].count("__destruct") == 1
