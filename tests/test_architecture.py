"""What import-linter cannot see: the plug-in folders stand outside the package's own folder."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLUGINS = ("indexers", "themes", "tools")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


@pytest.mark.parametrize("path", sorted((ROOT / "rlm_tui").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_core_never_imports_a_plug_in_by_name(path: Path) -> None:
    assert [name for name in imported(path) if name.startswith(tuple(f"rlm_tui.{folder}" for folder in PLUGINS))] == []


@pytest.mark.parametrize("folder", PLUGINS)
def test_plug_ins_import_only_the_core_types(folder: str) -> None:
    allowed = ("rlm_tui.repository", "rlm_tui.repl.tools", "rlm_tui.ui.theme")
    names = {name for path in (ROOT / folder).glob("*.py") for name in imported(path) if name.startswith("rlm_tui")}
    assert {name for name in names if not name.startswith(allowed)} == set()
