"""The map of a repository: units and their layers, diagrams, what is hot, where it is entered."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rlm_tui.repository.analyses.architecture import Architecture, Unit, architecture
from rlm_tui.repository.analyses.entry_points import entry_points
from rlm_tui.repository.analyses.hot_spots import hot_spots
from rlm_tui.repository.analyses.mermaid import MOST_ARROWS, MOST_NODES, label, layered
from rlm_tui.repository.repository import Repository

LAYERED = {
    "app/cli.py": "from core.engine import run\nfrom web.routes import serve\n\n\ndef main():\n    run(serve)\n",
    "web/routes.py": "from core.engine import run\nfrom store.files import load\n\n\ndef serve():\n    return run(load)\n",
    "core/engine.py": "from store.files import load, save\n\n\ndef run(job):\n    return job or save(load())\n",
    "core/deep.py": "from store.files import load\n\n\ndef deep():\n    return load()\n",
    "store/files.py": "def load():\n    return 1\n\n\ndef save(value):\n    from web.routes import serve\n\n    return serve\n",
    "vendor/lib/files.py": "from app.cli import main\n\n\ndef vendored():\n    return main\n",
    "tests/test_store.py": "from store.files import load\n\n\ndef test_load():\n    assert load()\n",
}


@contextmanager
def opened(folder: Path, files: dict[str, str]) -> Iterator[Repository]:
    for path, text in files.items():
        (folder / "r" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "r" / path).write_text(text, encoding="utf-8")
    repository = Repository.open(folder / "r", folder / "cache")
    repository.scan()
    try:
        yield repository
    finally:
        repository.close()


def test_layers_follow_the_imports_and_what_goes_against_them_is_named(tmp_path: Path) -> None:
    with opened(tmp_path, LAYERED) as repository:
        found = architecture(repository)
    assert found.layers == (("store",), ("core",), ("web",), ("app",))
    assert found.against == (("store", "web"),)
    assert found.circles == (("core", "store", "web"),)
    assert found.arrows["core", "store"] == 2
    assert {unit.path for unit in found.units}.isdisjoint({"tests", "vendor/lib", "vendor"})


def test_of_few_modules_the_files_are_the_units(tmp_path: Path) -> None:
    with opened(
        tmp_path, {path: text for path, text in LAYERED.items() if path.startswith(("core/", "store/"))}
    ) as made:
        found = architecture(made)
        assert found.layers == (("store/files.py",), ("core/deep.py", "core/engine.py"))
        assert architecture(made.narrow(["store"])).layers == (("store/files.py",),)
        assert not architecture(made.narrow(["core/deep.py"])).arrows


def test_nothing_to_map(tmp_path: Path) -> None:
    with opened(tmp_path, {"notes.txt": "nothing\n"}) as repository:
        assert architecture(repository) == Architecture((), {}, (), (), ())
        assert hot_spots(repository, 5) == []
        assert entry_points(repository, 5) == []


NASTY = [
    'a"b`c',
    "<script>",
    "end",
    "#1;",
    "a]b[",
    "x\ny",
    "%% c",
    "-->",
    "click m0 call()",
    "subgraph",
    "ünï",
    "\\",
    "&amp;",
]


@pytest.mark.parametrize("name", NASTY)
def test_a_label_can_hold_anything(name: str) -> None:
    assert re.fullmatch(r'"(?:[^"<>&`\\#\n]|#(?:\d+|\w+);)*"', label(name))
    assert len(label("x" * 500)) <= 62


def test_a_diagram_is_bounded_and_every_arrow_joins_known_nodes() -> None:
    names = [f"m{number}/{NASTY[number % len(NASTY)]}" for number in range(90)]
    arrows = {(names[a], names[b]): 1 + a for a in range(90) for b in range(a) if (a + b) % 3 == 0}
    units = tuple(Unit(name, "c", 1, 1, 1) for name in names)
    text = layered(Architecture(units, arrows, (tuple(names[:45]), tuple(names[45:])), (next(iter(arrows)),), ()))
    first, *rows = text.split("\n")
    nodes = {row.strip().partition("[")[0] for row in rows if row.startswith("    ")}
    drawn = [match for row in rows if (match := re.fullmatch(r"  (\w+) (?:-->|-\.->)\|\d+\| (\w+)", row))]
    assert first == "flowchart TD"
    assert len(nodes) == MOST_NODES
    assert 0 < len(drawn) <= MOST_ARROWS
    assert {name for match in drawn for name in match.groups()} <= nodes
    assert rows.count("  end") == sum(row.startswith("  subgraph ") for row in rows)
    assert len(rows) == len(nodes) + len(drawn) + 2 * rows.count("  end")


ENTRIES = {
    "pyproject.toml": '[project]\nname = "shop"\n\n[project.scripts]\nshop = "shop.cli:main"\n',
    "shop/__main__.py": "from shop.cli import main\n",
    "shop/web.py": '@app.route("/cart")\ndef cart():\n    return 1\n\n\n@router.get("/items")\ndef items():\n    return 2\n',
    "cmd/shopd/main.go": 'package main\n\nfunc main() {\n\thttp.HandleFunc("/health", health)\n}\n',
    "src/main.rs": "fn main() {}\n",
    "src/Shop.java": "class Shop {\n  public static void main(String[] words) {}\n}\n",
    "package.json": '{\n  "bin": {"shop": "bin/shop.js"},\n  "scripts": {"start": "node ."}\n}\n',
    "broken/package.json": "{",
    "Dockerfile": 'FROM x\nENTRYPOINT ["shop"]\n',
    "Makefile": ".PHONY: run\nrun:\n\tshop\nX := 1\n",
    "tests/test_web.py": '@app.route("/no")\ndef no():\n    return 1\n\n\nif __name__ == "__main__":\n    no()\n',
    "lib/other.go": "package lib\n\nfunc mainly() {}\n",
}


def test_entry_points_of_every_kind(tmp_path: Path) -> None:
    with opened(tmp_path, ENTRIES) as repository:
        found = [f"{hit.path}:{hit.line} {hit.text}" for hit in entry_points(repository, 60)]
    assert set(found) == {
        'pyproject.toml:5 script  shop = "shop.cli:main"',
        "shop/__main__.py:1 main  python -m shop",
        'shop/web.py:1 route  @app.route("/cart")',
        'shop/web.py:6 route  @router.get("/items")',
        "cmd/shopd/main.go:3 main  func main() {",
        'cmd/shopd/main.go:4 route  http.HandleFunc("/health", health)',
        "src/main.rs:1 main  fn main() {}",
        "src/Shop.java:2 main  public static void main(String[] words) {}",
        "package.json:2 bin  shop: bin/shop.js",
        "package.json:3 script  start: node .",
        'Dockerfile:2 container  ENTRYPOINT ["shop"]',
        "Makefile:2 make  run",
        'tests/test_web.py:6 main  if __name__ == "__main__":',
    }
    assert found[-1].startswith("tests/")


def test_what_is_imported_changed_and_full_of_decisions_is_hot(tmp_path: Path) -> None:
    busy = "def load(x):\n" + "".join(f"    if x == {number}:\n        return {number}\n" for number in range(20))
    with opened(tmp_path, LAYERED | {"store/files.py": busy}) as repository:
        assert hot_spots(repository, 3)[0].symbol.path == "store/files.py"
        identity = ["-c", "user.name=T", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false"]
        for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "one"]):
            subprocess.run(["git", "-C", str(repository.root), *command], check=True, capture_output=True)
    with opened(tmp_path, {}) as repository:
        first = hot_spots(repository, 3)[0]
    assert (first.symbol.qualified, first.value) == ("load", 1_000)
    assert first.text == "heat 1.00: imported by 4 files, 1 commits, 20 decisions"
