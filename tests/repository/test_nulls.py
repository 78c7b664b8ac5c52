"""A value that was null is followed back: to assignments, to functions that return nothing, to callers that give nothing."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from rlm_tui.repository.repository import Repository

PYTHON = """
    import re


    def find_item(items, name):
        for item in items:
            if item.name == name:
                return item


    def pair(x):
        if x:
            return
        return 1, 2


    class Cart:
        def __init__(self, items):
            self.items = items
            self.owner = None

        @property
        def content(self):
            if not self.items:
                return None
            return self.items

        def total(self, name, by=None):
            found = find_item(self.items, name)
            print(found.price)
            print(re.match("a", name).group(1))
            a, b = pair(name)
            print(self.owner.mail, len(self.content))
            return by.rate + a + b


    def use(cart: Cart):
        cart.total("x", None)
    """
TYPESCRIPT = """
    import { other } from './b'

    function pick(list: Item[], at?: Item) {
      let [first, second] = list
      console.log(first.name)
      console.log(at.name, at?.name)
      return other.name
    }
    """
JAVA = """
    class A {
        private B part;
        C make(int x) { return x > 0 ? new C() : null; }
        void run(D doc) {
            Element e = (Element) doc.getUserData("k");
            e.name();
            part.go();
            make(1).toString();
        }
    }
    """


@pytest.mark.parametrize(
    ("path", "text", "line", "message", "expected"),
    [
        ("a.py", PYTHON, "found.price", "'NoneType' object has no attribute 'price'", ["4 `found`: find_item ends without"]),
        ("a.py", PYTHON, "group(1)", "'NoneType' object has no attribute 'group'", ["30 `re.match(\"a\", name)` comes from out"]),
        ("a.py", PYTHON, "a, b = pair", "cannot unpack non-iterable NoneType object", ["12 pair returns `nothing` here"]),
        ("a.py", PYTHON, "print(self.owner", "'NoneType' object has no attribute 'mail'", ["19 `owner` is set to nothing here"]),
        ("a.py", PYTHON, "print(self.owner", "object of type 'NoneType' has no len()", ["24 Cart.content returns `None` here"]),
        ("a.py", PYTHON, "by.rate", "'NoneType' object has no attribute 'rate'", ["37 gives `None` as `by`", "27 `by` is"]),
        ("a.ts", TYPESCRIPT, "first.name", "Cannot read properties of undefined (reading 'name')", ["4 `first` is taken out of"]),
        ("a.ts", TYPESCRIPT, "at.name", "Cannot read property 'name' of undefined", ["3 `at` is undefined where no caller"]),
        ("a.ts", TYPESCRIPT, "other.name", "of undefined (reading 'name')", ["1 `other` is imported here"]),
        ("A.java", JAVA, "e.name", "", ["5 `e`: `doc.getUserData(\"k\")` comes from outside"]),
        ("A.java", JAVA, "part.go", 'Cannot invoke "B.go()" because "this.part" is null', ["2 `part` is set to nothing here"]),
        ("A.java", JAVA, "make(1)", "", ["3 A.make returns it: it is `null` in one case"]),
        ("a.py", "x = 1\n", "x = 1", "'NoneType' object has no attribute 'y'", []),
    ],
)  # fmt: skip
def test_where_a_missing_value_comes_from(
    tmp_path: Path, path: str, text: str, line: str, message: str, expected: list[str]
) -> None:
    root = tmp_path / "code"
    root.mkdir()
    source = dedent(text).lstrip("\n")
    (root / path).write_text(source)
    number = next(number for number, one in enumerate(source.splitlines(), 1) if line in one)
    repository = Repository.open(root, tmp_path / "cache")
    try:
        repository.scan()
        found = [f"{hit.line} {hit.text}" for hit in repository.nulls.sources(path, number, message)]
    finally:
        repository.close()
    assert len(found) >= len(expected)
    assert all(told.startswith(start) for told, start in zip(found, expected, strict=False)), found
    assert bool(found) == bool(expected)
