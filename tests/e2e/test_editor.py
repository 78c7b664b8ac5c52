"""The user's editor is opened from a citation, at its lines, whatever the file is called; the screen comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_repository import make_small_repository
from terminal import Terminal, needs_tmux, opened_program

pytestmark = [needs_tmux, pytest.mark.xdist_group("terminal")]

NAME = "+x $(touch owned); 'q' \"z\" :!touch owned2\n# é.py"


def test_the_editor_gets_the_file_and_the_line(tmp_path: Path) -> None:
    repository = make_small_repository(tmp_path / "shop")
    (repository / NAME).write_text("import os\n\n\ndef peculiar() -> int:\n    return 1\n")
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\nprintf "%s\\0" "$@" > {tmp_path}/told\necho EDITING\nread line\n')
    editor.chmod(0o755)
    environment = {"VISUAL": f"{editor} --wait"}
    with opened_program(repository, tmp_path, environment=environment) as window:
        window.wait_for("no language model")
        window.type("where is backoff defined?")
        window.press("Enter")
        window.wait_for("[1]")
        window.press("Tab", "1")
        window.wait_for("E editor")
        edited(window, "E editor")
        assert told(tmp_path) == ["--wait", "+26", str(repository / "src/shop/payment.py")]
        window.press("Escape")
        window.wait_for("Space fold")
        window.press("b")
        window.wait_for("Names")
        window.type("peculiar")
        window.wait_for("return 1")
        window.press("Enter")
        window.wait_for("a ask")
        edited(window, "a ask")
        assert told(tmp_path) == ["--wait", "+4", str(repository / NAME)]
        window.press("q")
        window.wait_for("code:0")
    assert not list(repository.glob("owned*"))


def edited(window: Terminal, back: str) -> None:
    """Open the editor and leave it; `back` is on the screen before and after."""
    window.press("E")
    window.wait_for("EDITING")
    assert window.modes()["alternate_on"] == "0"
    window.press("Enter")
    window.wait_for(back)
    assert window.modes()["alternate_on"] == "1"


def told(tmp_path: Path) -> list[str]:
    return (tmp_path / "told").read_bytes().decode().split("\0")[:-1]
