"""What the checks of a change find, and what they leave alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from git_history import commit, git, write

from rlm_tui.repository.checks.change_checks import ChangeChecks
from rlm_tui.repository.checks.suspicions import Suspicion
from rlm_tui.repository.edges.signatures import arity, fits, given
from rlm_tui.repository.repository import Repository

Changed = Callable[[dict[str, str], dict[str, str]], ChangeChecks]


@pytest.fixture
def changed(tmp_path: Path) -> Iterator[Changed]:
    """Commits files, changes them (an empty text removes one), and returns the checks of that."""
    opened: list[Repository] = []

    def change(before: dict[str, str], after: dict[str, str]) -> ChangeChecks:
        root = tmp_path / "root"
        root.mkdir()
        git(root, "init", "-q")
        for path, text in before.items():
            write(root, path, text)
        commit(root, "One")
        for path, text in after.items():
            if text:
                write(root, path, text)
            else:
                (root / path).unlink()
        repository = Repository.open(root, tmp_path / "cache")
        opened.append(repository)
        repository.scan()
        return repository.change_checks

    yield change
    for repository in opened:
        repository.close()


def test_definitions_are_told_by_what_happened_to_them(changed: Changed) -> None:
    rest = "\n    def g(self):\n        return 1\n\n\n"
    before = f"class A:\n    def f(self, x):\n        return x\n{rest}def h():\n    pass\n"
    after = f"class A:\n    def f(self, x):\n        if x:\n            return 2\n        return x\n{rest}def i():\n    pass\n"
    found = changed({"a.py": before}, {"a.py": after}).symbols("")
    told = {(one.change, one.any.symbol.qualified) for one in found}
    assert told == {("changed", "A.f"), ("removed", "h"), ("added", "i")}
    f = next(one for one in found if one.any.symbol.name == "f")
    assert f.old is not None and f.new is not None
    assert (f.old.complexity, f.new.complexity) == (1, 2)
    assert f.old.cited.startswith("a.py@") and f.old.cited.endswith(":2-3") and f.new.cited == "a.py:2-5"


@pytest.mark.parametrize(
    ("path", "before", "after", "caller", "line"),
    [
        ("a.py", "def f(a):\n    pass\n", "def f(a, b):\n    pass\n", ("b.py", "from a import f\n\nf(1)\n"), 3),
        ("a.py", "def f(a, b=1):\n    pass\n", "def f(a):\n    pass\n",
         ("b.py", "from a import f\n\nf(\n    1,\n    b=2,\n)\n"), 3),
        ("a.go", "package a\n\nfunc F(a int) {}\n", "package a\n\nfunc F(a, b int) {}\n",
         ("b.go", "package a\n\nfunc g() {\n\tF(1)\n}\n"), 4),
        ("A.java", "class A { static void f(int a) {} }\n", "class A { static void f(int a, int b) {} }\n",
         ("B.java", "class B {\n  void g() {\n    A.f(1);\n  }\n}\n"), 3),
    ],
)  # fmt: skip
def test_calls_that_no_longer_fit(
    changed: Changed, path: str, before: str, after: str, caller: tuple[str, str], line: int
) -> None:
    (found,) = changed({path: before, caller[0]: caller[1]}, {path: after}).broken_uses("")
    assert (found.rule, found.severity, found.evidence[0]) == ("unadapted-caller", "high", f"{caller[0]}:{line}")
    assert found.evidence[1] == f"{path}:{after[: after.find('(')].count(chr(10)) + 1}"


@pytest.mark.parametrize(
    ("before", "after", "caller"),
    [
        ("def f(a):\n    pass\n", "def f(a, b=1):\n    pass\n", "from a import f\n\nf(1)\n"),
        ("def f(a):\n    pass\n", "def f(a, b):\n    pass\n", "from a import f\n\nf(*x)\n"),
        ("def f(a):\n    pass\n", "def f(a, b):\n    pass\n", "def f(a):\n    pass\n\n\nf(1)\n"),
        ("def f(a):\n    pass\n", "def f(a, *, b=2):\n    pass\n", "from a import f\n\nf(a=1)\n"),
        ("def f(a):\n    pass\n", "def g(a):\n    pass\n", "f = 1\nprint(f)\n"),
        ("def run(a):\n    pass\n", "def other(a):\n    pass\n", "import subprocess\n\nsubprocess.run(1)\nx.run(2)\n"),
    ],
)
def test_calls_that_still_do_and_other_things_of_the_name(
    changed: Changed, before: str, after: str, caller: str
) -> None:
    assert changed({"a.py": before, "b.py": caller}, {"a.py": after}).broken_uses("") == []


@pytest.mark.parametrize(
    ("user", "line"),
    [
        ("from a import gone\n", 1),
        ("import a\n\n\ndef f():\n    return a.gone()\n", 5),
    ],
)
def test_uses_of_what_is_gone(changed: Changed, user: str, line: int) -> None:
    (found,) = changed({"a.py": "def gone():\n    pass\n", "b.py": user}, {"a.py": "x = 1\n"}).broken_uses("")
    assert (found.rule, found.evidence[0]) == ("removed-name-still-used", f"b.py:{line}")
    assert found.evidence[1].startswith("a.py@") and found.evidence[1].endswith(":1")


def test_a_removed_file_still_imported(changed: Changed) -> None:
    (found,) = changed({"a.py": "def gone():\n    pass\n", "b.py": "from a import gone\n"}, {"a.py": ""}).broken_uses(
        ""
    )
    assert found.rule == "removed-name-still-used"


def test_what_moved_to_another_file_is_not_gone(changed: Changed) -> None:
    moved = changed(
        {"a.py": "def here():\n    pass\n", "b.py": "from a import here\n"},
        {"a.py": "x = 1\n", "c.py": "def here():\n    pass\n", "b.py": "from c import here\n"},
    )
    assert moved.broken_uses("") == []


def rules(found: list[Suspicion]) -> dict[str, tuple[str, ...]]:
    return {one.rule: one.evidence for one in found}


@pytest.mark.parametrize(
    ("path", "added", "rule", "line"),
    [
        ("a.py", "try:\n    f()\nexcept Exception:\n    pass\n", "swallowed-error", 4),
        ("a.py", "try:\n    f()\nexcept Exception as error:\n    log(error)\n", "broad-except", 4),
        ("a.js", "try { f() } catch (e) {}\n", "swallowed-error", 2),
        ("a.js", "it.only('x', () => {})\n", "test-switched-off", 2),
        ("a.js", "console.log(x)\n", "leftover-print", 2),
        ("a.rb", "binding.pry\n", "leftover-debugging", 2),
        ("a_test.go", "t.Skip()\n", "test-switched-off", 2),
        ("a.py", "key = 'ghp_" + "a1B2" * 9 + "'\n", "secret", 2),
        ("a.py", "api_key = 'q8Zt3LmX0vRw7KcB2n'\n", "secret", 2),
        ("a.py", "x = 1  # FIXME: wrong\n", "unfinished", 2),
    ],
)  # fmt: skip
def test_what_is_left_behind(changed: Changed, path: str, added: str, rule: str, line: int) -> None:
    found = rules(changed({path: "\n"}, {path: "\n" + added}).suspicious_lines(""))
    assert found == {rule: (f"{path}:{line}",)}


@pytest.mark.parametrize(
    ("path", "added"),
    [
        ("a.py", "text = 'breakpoint()'\n# print(x) except Exception: pass\n"),
        ("a.py", "try:\n    f()\nexcept ValueError:\n    pass\n"),
        ("cli.py", "print('done')\n"),
        ("a.py", "api_key = os.environ['API_KEY']\npassword = 'change-me-please'\n"),
        ("a.md", "Title\n=======\n"),
    ],
)
def test_what_is_not(changed: Changed, path: str, added: str) -> None:
    assert changed({path: "\n"}, {path: "\n" + added}).suspicious_lines("") == []


COPY = """\
    total = price * count + shipping_and_handling
    discount = total * rate / 100
    return round(total - discount, 2)
"""


def test_a_copy_that_was_not_mended(changed: Changed) -> None:
    before = {"a.py": f"def f(price, count, rate):\n{COPY}", "b.py": f"def g(price, count, rate):\n{COPY}"}
    mended = (
        COPY.replace("round(total", "max(0, total")
        .replace("price * count", "abs(price) * count")
        .replace("rate /", "rate *")
    )
    (found,) = changed(before, {"a.py": before["a.py"].replace(COPY, mended)}).twins("")
    assert (found.rule, found.evidence[0]) == ("unchanged-twin", "b.py:2-4")


def test_lines_that_only_moved_have_no_twins(changed: Changed) -> None:
    before = {"a.py": f"def f(price, count, rate):\n{COPY}", "b.py": f"def g(price, count, rate):\n{COPY}"}
    deeper = "    if rate:\n" + COPY.replace("    ", "        ")
    assert changed(before, {"a.py": f"def f(price, count, rate):\n{deeper}"}).twins("") == []


@pytest.mark.parametrize(
    ("language", "signature", "call", "does"),
    [
        ("python", "def f(self, a, b=1, *, c)", "f(1, c=2)", True),
        ("python", "def f(self, a, b=1, *, c)", "f(1)", False),
        ("python", "def f(self, a, /)", "f(a=1)", False),
        ("python", "def f(self, *rest, **more)", "f(1, 2, z=3)", True),
        ("go", "func (s *S) f(ctx Context, a, b int, more ...string) error", "f(ctx, 1, 2)", True),
        ("go", "func f(a, b int)", "f(1)", False),
        ("java", "static <T> void f(Map<String, T> a, int... b)", "f(m)", True),
        ("rust", "fn f(&mut self, a: impl Fn(A, B) -> C) -> D", "f(g)", True),
        ("cpp", "int f(int a, int b = 2)", "f(1, 2, 3)", False),
        ("typescript", "function f(a: string, b?: number): void", 'f("a, b")', True),
        ("csharp", "static int f(this string a, int b)", "f(1)", True),
        ("php", "function f($a, $b = [1, 2])", "f(1)", True),
    ],
)
def test_calls_and_signatures(language: str, signature: str, call: str, does: bool) -> None:
    takes, gives = arity(signature, "f", language, method=True), given(call, "f", language)
    assert takes is not None and gives is not None
    assert fits(gives, takes) is does


def test_lines_that_moved_to_another_file_were_not_left_behind(changed: Changed) -> None:
    before = {"a.php": "<?php\nfunction f($x) {\n    var_dump($x);\n}\n"}
    after = {"a.php": "<?php\n", "b.php": "<?php\nclass B {\n    function f($x) {\n        var_dump($x);\n    }\n}\n"}
    assert changed(before, after).suspicious_lines("") == []
