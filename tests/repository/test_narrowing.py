"""What a repository may say in `.rlm-tui.toml` and AGENTS.md: it narrows and advises, and never widens or commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_repository import make_small_repository

from rlm_tui.repository.files.guidance import guidance
from rlm_tui.repository.files.narrowing import FILE, read_narrowing
from rlm_tui.repository.repository import Repository


def written(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("globs", "out", "kept"),
    [
        (["third_party/**"], ["third_party/a.py", "third_party/b/c.py"], ["src/third_party.py"]),
        (["third_party"], ["third_party/a.py", "src/third_party/x.py"], ["third_partys/a.py"]),
        (["/gen"], ["gen/a.py"], ["src/gen/a.py"]),
        (["*.pb.go"], ["a.pb.go", "x/y.pb.go"], ["a.go"]),
        (["src/*/gen.py"], ["src/a/gen.py"], ["gen.py"]),
        (["a[.py", "("], ["a[.py", "("], ["a.py"]),
    ],
)
def test_what_is_excluded(tmp_path: Path, globs: list[str], out: list[str], kept: list[str]) -> None:
    found = read_narrowing(written(tmp_path, f"exclude = {globs!r}\n"))
    assert [path for path in (*out, *kept) if found.excluded(path)] == out
    assert "leaves out" in found.notices[0]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("model = 'x'\napi_key = 'y'\n", "api_key, model ignored: a repository can only narrow"),
        ("[sandbox]\nimage = 'evil'\n", "sandbox ignored"),
        ("budget = 1e9\nallow_secrets = ['*']\n", "allow_secrets, budget ignored"),
        ("exclude = 'src'\n", "exclude is a list of short texts"),
        ("exclude = [1]\n", "exclude is a list of short texts"),
        (f"exclude = {['x'] * 101!r}\n", "more than 100 entries"),
        ("[words]\ndebug = ['/etc/passwd']\n", "words.debug is ignored"),
        ("[words]\nrefactor = ['x']\n", "words.refactor is ignored"),
        ("[words]\nreview = ['--output=x']\n", "words.review is ignored"),
        ("[words]\nmap = ['../other']\n", "words.map is ignored"),
        ("words = 3\n", "words is a table"),
        (f"x = {'1' * 5_000}\n", "is no TOML and is ignored"),
        ("= =\n", "is no TOML and is ignored"),
        ('x = "\x1b]52;c;aGk=\x07"\n', "is no TOML and is ignored"),
        ('"\\u001b[31m" = 1\n', "\\x1b[31m ignored"),
        ("a = 1\n" * 20_000, "is longer than"),
    ],
)
def test_nothing_is_widened(tmp_path: Path, text: str, warning: str) -> None:
    found = read_narrowing(written(tmp_path, text))
    assert (found.exclude, dict(found.words)) == ((), {})
    assert warning in found.warnings[0]
    assert "\x1b" not in "".join(found.notices)


def test_words_of_modes(tmp_path: Path) -> None:
    found = read_narrowing(written(tmp_path, "[words]\nreview = ['develop']\nmap = ['src/shop']\n"))
    assert dict(found.words) == {"review": ("develop",), "map": ("src/shop",)}
    assert found.notices == (
        f"{FILE} of the repository says what map takes without words: src/shop",
        f"{FILE} of the repository says what review takes without words: develop",
    )


def test_all_globs_are_told_and_none_reaches_the_terminal_raw(tmp_path: Path) -> None:
    globs = ["\x1b]0;title\x07", *(f"part{number}" for number in range(99))]
    (told,) = read_narrowing(written(tmp_path, f"exclude = {json.dumps(globs)}\n")).notices
    assert "\x1b" not in told and "\\x1b]0;title\\x07, part0" in told and told.endswith("part98")


def test_no_file_a_link_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    assert read_narrowing(tmp_path).notices == ()
    (tmp_path / "outside.toml").write_text("exclude = ['*']\n")
    folder = tmp_path / "r"
    folder.mkdir()
    (folder / FILE).symlink_to(tmp_path / "outside.toml")
    assert read_narrowing(folder).exclude == ()
    (folder / FILE).unlink()
    (folder / FILE).write_bytes(b"\xff\xfe\x00")
    assert "is no TOML" in read_narrowing(folder).warnings[0]


def test_what_is_left_out_is_nowhere_to_be_found(tmp_path: Path) -> None:
    root = written(make_small_repository(tmp_path / "shop"), "exclude = ['web', 'payment.py']\n")
    repository = Repository.open(root, tmp_path / "cache")
    try:
        repository.scan()
        paths = {file.path for file in repository.files()}
        assert "src/shop/orders.py" in paths
        assert not [path for path in paths if path.startswith("web/") or path.endswith("payment.py")]
        assert repository.grep("format|Gateway")
        assert {hit.path for hit in repository.grep("format|Gateway|backoff")} == {"src/shop/orders.py"}
        with pytest.raises(LookupError):
            repository.resolve("web/cart.js")
        (root / ".gitignore").write_text("payment.py\n")
        (root / "payment.py").write_text("ignored = 1\n")
        for closed in ("payment.py", ".git/web", "../web/cart.js", "web/\0", f"web/cart.js:{'1' * 5_000}"):
            with pytest.raises(LookupError):
                repository.slice(closed)
        (root / "web/cart.js").write_text("changed();\n")
        (root / "src/shop/orders.py").write_text("def more():\n    return 1\n")
        repository.update(["web/cart.js", "src/shop/orders.py"])
        assert "web/cart.js" not in {file.path for file in repository.files()}
        assert {hunk.path for hunk in repository.versions.changes("")} == {"src/shop/orders.py", "web/cart.js", FILE}
        assert repository.slice("web/cart.js:1").text == "changed();"
        assert any("leaves out web, payment.py" in notice for notice in repository.notices)
    finally:
        repository.close()
    (root / FILE).unlink()
    again = Repository.open(root, tmp_path / "cache")
    try:
        again.scan()
        assert again.slice("web/cart.js").text == "changed();"
    finally:
        again.close()


def test_guidance_is_agents_else_claude_bounded_and_plain(tmp_path: Path) -> None:
    (tmp_path / "CLAUDE.md").write_text("Use tabs.\n")
    found = guidance(tmp_path)
    assert found is not None
    assert (found.name, found.text) == ("CLAUDE.md", "Use tabs.")
    (tmp_path / "AGENTS.md").write_text("\x1b]0;title\x07Use \x1b[31mspaces\x1b[0m.\u202e\n" + "x" * 20_000)
    found = guidance(tmp_path)
    assert found is not None
    assert found.text.startswith("Use spaces.\nxxx")
    assert len(found.text) == 8_000
    assert (
        found.told
        == "guided by AGENTS.md of the repository, the first 8,000 of 20,012 characters: advice, not permission"
    )
    (tmp_path / "AGENTS.md").unlink()
    (tmp_path / "AGENTS.md").symlink_to("/etc/hostname")
    (tmp_path / "CLAUDE.md").unlink()
    assert guidance(tmp_path) is None
