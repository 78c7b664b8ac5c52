"""One setting is changed in the user's file: everything else stays, whole or not at all."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlm_tui.config_file import ConfigFileError, write_setting

WRITTEN = """\
# mine
model = "claude-x"   # the good one
budget = 2.0

[keys]
# letters
follow = "f"

[other]
model = "not this one"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text(WRITTEN)
    return path


def test_a_value_is_replaced_and_the_rest_stays(file: Path) -> None:
    write_setting(file, "budget", 0.5)
    assert file.read_text() == WRITTEN.replace("budget = 2.0", "budget = 0.5")


def test_a_new_value_comes_before_the_tables(file: Path) -> None:
    write_setting(file, "theme", 'a "b" \\ \x1b é')
    written = tomllib.loads(file.read_text())
    assert written == tomllib.loads(WRITTEN) | {"theme": 'a "b" \\ \x1b é'}
    assert "# letters" in file.read_text() and "# mine" in file.read_text()


def test_a_value_is_taken_out(file: Path) -> None:
    write_setting(file, "model", None)
    assert tomllib.loads(file.read_text()) == {
        key: one for key, one in tomllib.loads(WRITTEN).items() if key != "model"
    }
    before = file.read_text()
    write_setting(file, "model", None)
    assert file.read_text() == before


def test_tables_are_found_and_made(file: Path) -> None:
    write_setting(file, "calls.up", "w", "keys")
    write_setting(file, "x", 1, "new")
    write_setting(file, "model", "y", "other")
    written = tomllib.loads(file.read_text())
    assert written["new"] == {"x": 1} and written["other"] == {"model": "y"} and written["keys"]["follow"] == "f"


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "config.toml"
    write_setting(path, "memo", False)
    write_setting(path, "allow_secrets", ("*.pem", "a b"))
    assert tomllib.loads(path.read_text()) == {"memo": False, "allow_secrets": ["*.pem", "a b"]}


@pytest.mark.parametrize(
    "text",
    [
        "model = [\n  'a'\n]\nx = 1",
        'model = """\na\nb = 1\n"""',
        "broken =",
        "keys = 3",
        f"keys = {'1' * 5_000}",
        "\xff",
        "[keys.calls]\nup = 'x'",
    ],
)
def test_what_cannot_be_changed_safely_is_left_as_it_is(file: Path, text: str) -> None:
    file.write_bytes(text.encode("latin-1"))
    before = file.read_bytes()
    try:
        write_setting(file, "model", "x")
        write_setting(file, "follow", "x", "keys")
    except ConfigFileError:
        assert file.read_bytes() in (before, file.read_bytes())
    else:
        assert tomllib.loads(file.read_text())["model"] == "x"
    assert list(file.parent.iterdir()) == [file]


def test_a_link_stays_a_link_and_permissions_stay(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("memo = true\n")
    real.chmod(0o640)
    file.unlink()
    file.symlink_to(real)
    write_setting(file, "memo", False)
    assert file.is_symlink() and real.read_text() == "memo = false\n" and real.stat().st_mode & 0o777 == 0o640


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigFileError, match="cannot be"):
        write_setting(tmp_path / "file" / "config.toml", "memo", True)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.integers() | st.booleans() | st.text(max_size=20), max_size=5
    ),
    st.from_regex(r"[a-z_]{1,8}", fullmatch=True),
    st.integers() | st.booleans() | st.text(max_size=20) | st.none(),
)
def test_any_setting_changes_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, first: dict[str, object], name: str, value: object
) -> None:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    for key, one in first.items():
        write_setting(path, key, one)
    write_setting(path, name, value)
    expected = {key: one for key, one in (first | {name: value}).items() if one is not None}
    assert (tomllib.loads(path.read_text()) if path.exists() else {}) == expected
