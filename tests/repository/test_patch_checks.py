"""What is checked of a patch before anybody is asked to apply it, on real files and the real index."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rlm_tui.repository.patches.patches import PatchError
from rlm_tui.repository.repository import Repository

FILES = {
    "app/__init__.py": "",
    "app/money.py": "RATE = 2\n\n\ndef net(amount):\n    return amount / RATE\n\n\n"
    "def gross(amount):\n    return amount * RATE\n",
    "app/cart.py": "from app.money import net\n\n\ndef total(items):\n    return net(sum(items))\n",
    "app/broken.py": "def half(:\n    return 1\n",
    "web/format.ts": "export function format(n: number) {\n  return String(n);\n}\n",
    "web/page.ts": 'import { format } from "./format";\n\nexport const page = () => format(1);\n',
    "go.mod": "module example.com/m\n\ngo 1.19\n",
    "m/a.go": "package m\n\nfunc A() int { return b() }\n",
    "m/b.go": "package m\n\nfunc b() int { return 1 }\n",
    "notes.txt": "hello\n",
    ".env": "KEY=1\n",
}
Check = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        file = tmp_path / "code" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "code"


@pytest.fixture
def repository(root: Path, tmp_path: Path) -> Iterator[Repository]:
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    yield repository
    repository.close()


def change(path: str, *lines: str, start: int = 1) -> str:
    return f"--- a/{path}\n+++ b/{path}\n@@ -{start} +{start} @@\n" + "".join(f"{line}\n" for line in lines)


def problems(repository: Repository, text: str, plan: tuple[str, ...] = ()) -> tuple[str, ...]:
    with pytest.raises(PatchError) as caught:
        repository.patches.check(text, plan)
    return caught.value.problems


def test_a_patch_that_fits_comes_back_with_right_lines_and_counts(repository: Repository) -> None:
    checked = repository.patches.check(
        change("app/money.py", "-    return amount * RATE", "+    return amount * RATE + 1", start=2)
    )
    assert [edit.path for edit in checked.edits] == ["app/money.py"]
    assert checked.text == (
        "diff --git a/app/money.py b/app/money.py\n--- a/app/money.py\n+++ b/app/money.py\n@@ -6,4 +6,4 @@\n \n \n"
        " def gross(amount):\n-    return amount * RATE\n+    return amount * RATE + 1\n"
    )


def test_every_problem_is_told(repository: Repository) -> None:
    text = (
        change("app/money.py", "-nothing", "+x")
        + change("gone.py", "-a", "+b")
        + change("app/cart.py", "-from", "+import")
    )
    found = problems(repository, text, ("app/money.py", "gone.py"))
    assert [problem.partition(" ")[0] for problem in found] == [
        "app/cart.py",
        "app/cart.py:",
        "app/money.py:",
        "gone.py",
    ]
    assert found[0] == "app/cart.py is not in the plan, which has app/money.py, gone.py"
    assert "the hunk at line 1 does not apply: line 1 is `from app.money import net`, not `from`" in found[1]
    assert found[3] == "gone.py is not there: nothing can be changed in it"


def test_new_syntax_errors_are_told_and_old_ones_forgiven(repository: Repository) -> None:
    broken = change("app/cart.py", "-def total(items):", "+def total(items:", start=4)
    assert problems(repository, broken) == ("app/cart.py:4 would not parse any more",)
    assert repository.patches.check(change("app/broken.py", "-    return 1", "+    return 2", start=2)).edits
    assert problems(repository, "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+def (\n") == (
        "new.py:1 would not parse any more",
    )


def test_a_definition_does_not_go_while_it_is_used(repository: Repository) -> None:
    gone = change("app/money.py", "-def net(amount):", "+def clear(amount):", start=4)
    assert problems(repository, gone) == (
        "net goes from app/money.py, but is still used at app/cart.py:1, app/cart.py:5",
    )
    both = (
        gone
        + "--- a/app/cart.py\n+++ b/app/cart.py\n@@ @@\n-from app.money import net\n+from app.money import clear\n@@ @@\n"
    )
    assert repository.patches.check(both + "-    return net(sum(items))\n+    return clear(sum(items))\n").edits
    several = change("app/cart.py", "-from app.money import net", "+from app.money import (\n+    net,\n+)", start=1)
    repository.absolute("app/cart.py").write_bytes(repository.patches.check(several).edits[0].after or b"")
    moved = gone + "--- a/app/cart.py\n+++ b/app/cart.py\n@@ @@\n-    net,\n+    clear,\n@@ @@\n"
    assert repository.patches.check(moved + "-    return net(sum(items))\n+    return clear(sum(items))\n").edits
    assert "A goes" not in str(problems(repository, "--- a/m/b.go\n+++ /dev/null\n"))
    assert problems(repository, "diff --git a/m/b.go b/m/b.go\ndeleted file mode 100644\n") == (
        "b goes from m/b.go, but is still used at m/a.go:3",
    )


def test_constructors_that_call_each_other_do_not_name_their_class(repository: Repository) -> None:
    file = repository.absolute("app/cart.py").parent / "Box.java"
    file.write_text("class Box {\n  Box() {\n    this(1);\n  }\n  Box(int n) {}\n}\n")
    repository.update(["app/Box.java"])
    renamed = "--- a/app/Box.java\n+++ b/app/Box.java\n@@ @@\n-class Box {\n-  Box() {\n+class Case {\n+  Case() {\n"
    assert repository.patches.check(renamed + "@@ @@\n-  Box(int n) {}\n+  Case(int n) {}\n").edits


def test_imports_of_what_is_not_there_are_told(repository: Repository) -> None:
    wrong = change("app/cart.py", "-from app.money import net", "+from app.money import net, vat")
    assert problems(repository, wrong) == ("app/cart.py:1: there is no `vat` in app/money.py",)
    assert problems(repository, change("app/cart.py", "-from app.money import net", "+from .cash import net")) == (
        "app/cart.py:1: `.cash` leads to no file",
    )
    wrong = change("web/page.ts", '-import { format } from "./format";', '+import { format, pad } from "./format";')
    assert problems(repository, wrong) == ("web/page.ts:1: there is no `pad` in web/format.ts",)
    new = "--- /dev/null\n+++ b/app/cash.py\n@@ -0,0 +1,2 @@\n+def net(a):\n+    return a\n"
    assert repository.patches.check(
        new + change("app/cart.py", "-from app.money import net", "+from app.cash import net")
    ).edits


def test_calls_of_what_was_not_imported_are_told(repository: Repository) -> None:
    wrong = change("app/cart.py", "-    return net(sum(items))", "+    return gross(net(sum(items)))", start=5)
    assert problems(repository, wrong) == ("app/cart.py:5 calls `gross` of app/money.py, but does not import it",)
    local = change(
        "app/cart.py", "-    return net(sum(items))", "+    gross = int", "+    return gross(net(sum(items)))", start=5
    )
    assert repository.patches.check(local).edits


def test_an_import_does_not_go_while_what_it_brought_is_used(repository: Repository, root: Path) -> None:
    (root / "m/c.go").write_text(
        'package m\n\nimport (\n\t"fmt"\n\t"strings"\n)\n\nfunc C() { fmt.Println(strings.ToUpper("c")) }\n'
    )
    (root / "app/late.py").write_text("import os.path\nfrom json import dumps, loads\n\nprint(dumps(os.path.sep))\n")
    repository.scan()
    assert problems(repository, change("m/c.go", '-\t"strings"', start=5)) == (
        "m/c.go:7 still uses `strings`, whose import goes",
    )
    gone = change("app/late.py", "-from json import dumps, loads", "+from json import loads", start=2)
    assert problems(repository, gone) == ("app/late.py:4 still uses `dumps`, whose import goes",)
    repository.patches.check(gone, whole=False)
    for kept in (
        change("app/late.py", "-from json import dumps, loads", "+from json import dumps", start=2),
        change("app/late.py", "-from json import dumps, loads", "+dumps = repr", start=2),
        change("m/c.go", '-\t"strings"', '+\tstrings "bytes"', start=5),
    ):
        repository.patches.check(kept)


def test_links_secrets_folders_and_what_is_there_already_are_refused(repository: Repository, root: Path) -> None:
    (root / "link.txt").symlink_to(root / "notes.txt")
    (root / "out").symlink_to("/tmp")
    os.mkfifo(root / "pipe")
    assert "is a link" in str(problems(repository, change("link.txt", "-hello", "+bye")))
    assert "link or no folder" in str(problems(repository, "--- /dev/null\n+++ b/out/x\n@@ -0,0 +1 @@\n+a\n"))
    assert "link or no folder" in str(problems(repository, "--- /dev/null\n+++ b/notes.txt/x\n@@ -0,0 +1 @@\n+a\n"))
    assert "no regular file" in str(problems(repository, change("pipe", "-a", "+b")))
    assert "no regular file" in str(problems(repository, change("app", "-a", "+b")))
    assert "may hold secrets" in str(problems(repository, change(".env", "-KEY=1", "+KEY=2")))
    assert "exists already" in str(
        problems(repository, "diff --git a/notes.txt b/go.mod\nrename from notes.txt\nrename to go.mod\n")
    )
    assert "changes nothing" in str(problems(repository, change("notes.txt", "-hello", "+hello")))


def test_a_file_that_was_saved_since_is_looked_at_as_it_is(repository: Repository, root: Path) -> None:
    (root / "app/money.py").write_text("def other(a):\n    return a\n")
    assert "does not apply" in str(
        problems(repository, change("app/money.py", "-def net(amount):", "+def n(amount):", start=4))
    )
    assert repository.patches.check(change("app/money.py", "-def other(a):", "+def more(a):")).edits


def test_whoever_writes_a_file_anew_has_changed_what_differs(repository: Repository, root: Path) -> None:
    lines = [f"line {number}" for number in range(40)]
    (root / "long.txt").write_text("\n".join(lines) + "\n")
    repository.scan()
    whole = "\n".join(lines)
    new = whole.replace("line 5\n", "").replace("line 30", "line thirty")
    edit = repository.patches.edit("long.txt", whole, new)
    by_hand = change("long.txt", *(f"-{line}" for line in lines), *(f"+{line}" for line in new.split("\n")))
    for text in (edit, repository.patches.check(by_hand).text):
        changed = [line for line in text.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
        assert changed == ["-line 5", "-line 30", "+line thirty"]
    both, _ = repository.patches.join([edit, repository.patches.edit("long.txt", "line 12", "line twelve")])
    assert (both.text.count("@@ -"), "+line twelve" in both.text) == (2, True)
    with pytest.raises(PatchError, match="are the same"):
        repository.patches.edit("long.txt", "line 7", "line 7")
