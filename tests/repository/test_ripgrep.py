"""The search program: which one is taken, and that nothing from outside becomes an option."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from rlm_tui.repository.files import ripgrep
from rlm_tui.repository.symbols import RepositoryError


def make_program(folder: Path, says: str) -> Path:
    folder.mkdir()
    program = folder / "rg"
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return program


def test_one_on_path_is_taken_when_it_is_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = make_program(tmp_path / "new", "ripgrep 14.1.0")
    monkeypatch.setenv("PATH", str(new.parent))
    assert ripgrep.program() == str(new)
    old = make_program(tmp_path / "old", "ripgrep 12.1.1")
    monkeypatch.setenv("PATH", str(old.parent))
    assert ripgrep.program() not in (str(old), str(new))


def test_a_relative_entry_of_path_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_program(tmp_path / "bin", "ripgrep 99.0.0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{os.pathsep}bin{os.pathsep}")
    assert Path(ripgrep.program()).parent not in (tmp_path, tmp_path / "bin", Path("bin"))


def test_without_any_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path))
    ripgrep._program.cache_clear()
    try:
        with pytest.raises(RepositoryError, match=r"ripgrep was not found: install it"):
            ripgrep.program()
    finally:
        ripgrep._program.cache_clear()


def test_a_pattern_is_never_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = tmp_path / "ran"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    script.chmod(0o755)
    config = tmp_path / "config"
    config.write_text(f"--pre={script}\n")
    monkeypatch.setenv("RIPGREP_CONFIG_PATH", str(config))
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.txt").write_text(f"--pre={script}\n--files\n")
    with ripgrep.search(root, f"--pre={script}") as lines:
        assert [line.number for line in lines] == [1]
    with ripgrep.search(root, "--files", [b"a.txt"]) as lines:
        assert [line.raw for line in lines] == [b"a.txt"]
    with ripgrep.search(root, "x", [b"--help"]) as lines:
        assert list(lines) == []
    assert not ran.exists()


def test_bad_patterns_and_globs_are_value_errors_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(ValueError, match="unclosed group"), ripgrep.search(tmp_path, "a(") as lines:
        list(lines)
    with pytest.raises(ValueError, match="look-around") as caught, ripgrep.search(tmp_path, "(?=x)") as lines:
        list(lines)
    assert "PCRE2" not in str(caught.value)
    with pytest.raises(ValueError, match="glob"), ripgrep.search(tmp_path, "x", options=["--glob=[a"]) as lines:
        list(lines)


def test_bytes_that_are_no_text_come_back_as_they_are(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"na\xefve\nna\xc3\xafve\n")
    with ripgrep.search(tmp_path, "na.*ve") as lines:
        found = sorted((line.raw, line.number, line.text) for line in lines)
    assert found[-1] == (b"caf\xe9.txt", 2, b"na\xc3\xafve\n")


def test_a_search_ends_when_the_caller_has_enough(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("line\n" * 100_000)
    with ripgrep.search(tmp_path, "line") as lines:
        assert next(lines).number == 1
