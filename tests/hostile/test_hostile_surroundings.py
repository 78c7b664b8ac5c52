"""Odd terminals, streams, locales and settings: the real program says what is wrong, or just works."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

SOURCE = 'def retry_policy():\n    """The höchste policy → retry."""\n    return 1\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "a.py").write_text(SOURCE, encoding="utf-8")
    return folder


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    folders = {name: str(tmp_path / name) for name in ("RLM_TUI_CACHE_DIR", "RLM_TUI_RUNS_DIR", "XDG_CONFIG_HOME")}
    return {**kept, **folders, **more}


def ask(repository: Path, variables: Mapping[str, str], redirections: str = "") -> subprocess.CompletedProcess[bytes]:
    """Ask through a shell, whose redirections close streams."""
    command = f'exec "$0" -P -m rlm_tui -p "retry policy" "$1" {redirections}'
    return subprocess.run(
        ["/bin/sh", "-c", command, sys.executable, str(repository)],
        env=dict(variables), cwd=repository.parent, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False,
    )  # fmt: skip


def test_an_answer_is_printed_where_the_terminal_knows_only_ascii(repository: Path, tmp_path: Path) -> None:
    done = ask(repository, environment(tmp_path, PYTHONIOENCODING="ascii"))
    assert done.returncode == 0, done.stderr
    assert rb"h\xf6chste policy \u2192" in done.stdout


@pytest.mark.parametrize("closed", ["<&-", "2>&-", ">&-", "<&- >&- 2>&-"])
def test_closed_streams_do_no_harm(repository: Path, tmp_path: Path, closed: str) -> None:
    done = ask(repository, environment(tmp_path), closed)
    assert done.returncode == 0, done.stderr
    again = ask(repository, environment(tmp_path))
    assert b"a.py:1" in again.stdout
    assert b"corrupt" not in again.stderr


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (b"a = \xff\xfe", "not UTF-8"),
        (b'cache_dir = ""', "cache_dir"),
        (b'runs_dir = "\\u0000"', "runs_dir"),
        (b"budget = []", "budget"),
        (b"[model]", "model"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(repository: Path, tmp_path: Path, setting: bytes, told: str) -> None:
    config = tmp_path / "config" / "rlm-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_bytes(setting)
    variables = environment(tmp_path, XDG_CONFIG_HOME=str(tmp_path / "config"))
    variables = {name: value for name, value in variables.items() if not name.startswith("RLM_TUI_")}
    done = ask(repository, variables)
    assert done.returncode == 2
    assert told in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert not (tmp_path / "index").exists()
