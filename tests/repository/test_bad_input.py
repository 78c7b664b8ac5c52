"""Files and trees that are not as one would wish: each costs little, tells what it is, and nothing else suffers."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rlm_tui.repository.files import walk
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import RepositoryError

Index = Callable[[dict[str, bytes]], Repository]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """Give a function that writes files, and indexes them."""
    opened: list[Repository] = []

    def made(files: dict[str, bytes]) -> Repository:
        root = tmp_path / "root"
        root.mkdir(exist_ok=True)
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        repository = Repository.open(root, tmp_path / "cache")
        opened.append(repository)
        repository.scan()
        return repository

    yield made
    for repository in opened:
        repository.close()


def statuses(repository: Repository) -> dict[str, str]:
    return {file.path: file.status for file in repository.files()}


def names(repository: Repository) -> set[str]:
    return {symbol.name for symbol in repository.symbols()}


# What stands in files


@pytest.mark.parametrize(
    ("name", "before", "opening", "closing", "after"),
    [
        ("a.py", "x = ", "[", "]", "\ndef after(): pass\n"),
        ("a.js", "x = ", "[", "]", "\nfunction after() {}\n"),
        ("a.c", "int x = ", "(", ")", ";\nint after(void) { return 1; }\n"),
        ("a.rs", "fn f() ", "{", "", ""),
        ("A.java", "class A { int x = ", "(", "", ""),
        ("a.go", "package a\nvar x = ", "(", "", ""),
        ("a.ts", "let x = ", "(", "", ""),
        ("a.json", "", "[", "]", ""),
    ],
)
@pytest.mark.parametrize("width", [0, 60])
def test_a_hundred_thousand_nested_brackets(
    index: Index, name: str, before: str, opening: str, closing: str, after: str, width: int
) -> None:
    def nested(bracket: str) -> str:
        count = 100_000
        return "".join(bracket * width + "\n" for _ in range(count // width)) if width else bracket * count

    content = before + nested(opening) + (nested(closing) if closing else "") + after
    repository = index({name: content.encode(), "whole.py": b"def whole(): pass\n"})
    assert statuses(repository)[name] in ("parsed", "text", "large", "quarantined")
    assert "whole" in names(repository) and repository.grep("whole")
    assert repository.slice(name, 1, 1).text.startswith(before.split("\n")[0])


def test_a_header_of_24_megabytes_is_large_and_can_still_be_searched(index: Index) -> None:
    header = b"#define REGISTER_0 0x0\n" * 1_080_000 + b"#define NEEDLE 1\n"
    assert len(header) > 24_000_000
    repository = index({"registers.h": header, "a.c": b"int a(void) { return 1; }\n"})
    assert statuses(repository) == {"registers.h": "large", "a.c": "parsed"}
    assert [hit.line for hit in repository.grep("NEEDLE")] == [1_080_001]
    assert repository.slice("registers.h", 2, 3).text.count("REGISTER_0") == 2


def test_half_broken_syntax_keeps_what_is_whole(index: Index) -> None:
    repository = index(
        {
            "a.py": b"class A(:\n  def\n\ndef whole_python(): return 1\n",
            "a.go": b"package a\nfunc broken() { x := \n}\nfunc WholeGo() int { return 1 }\n",
            "a.c": b"#if 0\n}}}\n#endif\nint broken( {\nint whole_c(void) { return 1; }\n",
        }
    )
    assert set(statuses(repository).values()) == {"parsed"}
    assert {"whole_python", "WholeGo", "whole_c"} <= names(repository)


@pytest.mark.parametrize(
    "content",
    [
        b"def one():\r\n    pass\r\n\r\ndef two():\r\n    return needle\r\n",
        b"# mac\r# line\r# ends\ndef two():\n    return needle\n",
        b"x = 1\r\ny = '\r'\n\x0c\n\x0b\ndef two():\n    return needle\n",
        "a = 'x\u2028y\u2029z\x85'\n\ndef two():\n    return needle".encode(),
        b"\xef\xbb\xbfdef two():\n    return needle\n",
        "def two():\n    return needle  # ä\n".encode("utf-16"),
        b"\xfe\xff" + "\r\ndef two():\r\n    return needle\r\n".encode("utf-16-be"),
        b"caf\xe9 = '\xff'\ndef two():\n    return needle\n",
    ],
)
def test_lines_are_counted_alike_by_symbols_slices_and_ripgrep(index: Index, content: bytes) -> None:
    repository = index({"a.py": content})
    (symbol,) = [one for one in repository.symbols() if one.name == "two"]
    (hit,) = repository.grep("needle")
    assert hit.line == symbol.start + 1 and hit.symbol == "two"
    text = repository.slice("two").text
    assert text.split("\n")[0] == "def two():" and "return needle" in text.split("\n")[1]
    assert text.splitlines() == text.split("\n"), "nothing in it is a line end to anybody else"
    assert repository.slice("a.py", hit.line, hit.line).text.strip().startswith("return needle")
    assert repository.find("two")[0].symbol.name == "two"
    source = walk.read(repository.root, b"a.py")
    assert source[symbol.start_byte : symbol.end_byte].startswith(b"def two")


def test_binaries_are_told_by_a_nul_near_their_beginning(index: Index) -> None:
    repository = index(
        {
            "nul.py": b"def hidden(): pass\n\0",
            "wide.txt": "needle".encode("utf-32"),
            "plain16.txt": "needle".encode("utf-16-le"),
            "late.py": b"def late(): pass\n" + b"#" * 79 * 120 + b"\n\0\n",
        }
    )
    assert statuses(repository) == {
        "nul.py": "binary",
        "wide.txt": "binary",
        "plain16.txt": "binary",
        "late.py": "parsed",
    }
    assert names(repository) == {"late"} and not repository.grep("needle")
    with pytest.raises(PermissionError, match="binary"):
        repository.slice("nul.py")


def test_a_file_that_grows_shrinks_and_vanishes_while_it_is_read(index: Index) -> None:
    repository = index({"a.py": b"def f(): pass\n", "b.py": b"def g(): pass\n"})
    over = threading.Event()

    def change() -> None:
        number = 0
        while not over.is_set():
            number += 1
            (repository.root / "a.py").write_text(f"def f{number}(): pass\n" * (number % 300))
            if not number % 7:
                (repository.root / "a.py").unlink()

    changing = threading.Thread(target=change)
    changing.start()
    for _ in range(60):
        repository.update(["a.py"])
        repository.symbols("f")
        try:
            repository.slice("a.py")
        except (LookupError, PermissionError):
            continue
    over.set()
    changing.join()
    (repository.root / "a.py").write_text("def at_last(): pass\n")
    repository.update(["a.py"])
    assert names(repository) == {"at_last", "g"} and repository.slice("a.py").text == "def at_last(): pass"


# What stands in trees


def test_pipes_sockets_devices_links_and_closed_folders(index: Index, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "closed").mkdir(parents=True)
    (root / "closed/a.py").write_text("def closed(): pass\n")
    os.mkfifo(root / "pipe.py")
    short = Path(os.path.relpath(root))
    with socket.socket(socket.AF_UNIX) as listening:
        where = Path.cwd()
        os.chdir(root)  # the path of a socket may have 108 bytes
        try:
            listening.bind("socket.py")
        finally:
            os.chdir(where)
    (root / "loop").symlink_to(".")
    (root / "a").mkdir()
    (root / "a/up").symlink_to("..")
    (root / "self.py").symlink_to("self.py")
    (root / "out").symlink_to("/etc")
    (root / "passwd.py").symlink_to("/etc/passwd")
    if os.geteuid() == 0:
        os.mknod(root / "device.py", 0o020666, os.makedev(1, 5))
    (root / "closed").chmod(0)
    try:
        repository = index({"a.py": b"def open_file(): pass\n", ".hidden/b.py": b"def hidden(): pass\n"})
        found = statuses(repository)
        assert found.pop("closed/a.py", "parsed") == "parsed", "listed by root alone"
        assert found == {"a.py": "parsed", ".hidden/b.py": "parsed"}
        assert {"open_file", "hidden"} <= names(repository)
        for path in ("pipe.py", "passwd.py", "out/passwd", "self.py", "a/up/a.py"):
            with pytest.raises((LookupError, PermissionError)):
                repository.slice(path)
    finally:
        (root / "closed").chmod(0o700)
    assert short.exists()


def test_names_of_every_kind(index: Index, tmp_path: Path) -> None:
    raws = [
        b"n" * 252 + b".py",
        b"new\nline.py",
        b"lat\xe9.py",
        "rtl\u202e.py".encode(),
        b"a b'c\"d.py",
        b"$(x);`y`.py",
        b" .py",
    ]
    root = os.fsencode(tmp_path / "root")
    Path(os.fsdecode(root)).mkdir()
    for place, raw in enumerate(raws):
        Path(os.fsdecode(root + b"/" + raw)).write_text(f"def f{place}(): pass\n")
    repository = index({})
    assert len(statuses(repository)) == len(raws) == len(names(repository))
    for symbol in repository.symbols():
        assert repository.slice(symbol.locator).text == f"def {symbol.name}(): pass"
        assert symbol.path.isprintable() and not repository.stale([symbol.path]) and repository.state(symbol.path)
    assert len(repository.grep("def f")) == len(raws)
    Path(os.fsdecode(root + b"/lat\xe9.py")).write_text("def other(): pass\n")
    (changed,) = repository.stale([symbol.path for symbol in repository.symbols()])
    repository.update([changed])
    assert "other" in names(repository)


@pytest.mark.parametrize("name", ["with space", "quo'te\"s", "back\\slash", "$(touch x)", "-rf", "new\nline"])
def test_a_repository_may_be_called_anything(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    root.mkdir()
    (root / "a.py").write_text("def here(): pass\n")
    repository = Repository.open(root, tmp_path / "cache of mine")
    repository.scan()
    assert names(repository) == {"here"} and repository.grep("here") and repository.name.isprintable()
    repository.close()


def test_an_empty_repository_and_a_file_in_its_stead(index: Index, tmp_path: Path) -> None:
    repository = index({})
    assert list(repository.files()) == [] and names(repository) == set() and repository.progress.phase == "ready"
    assert repository.find("anything") == [] and repository.grep("anything") == [] and repository.tokens() == 0
    (tmp_path / "a.py").write_text("x = 1\n")
    with pytest.raises(RepositoryError, match="not a directory"):
        Repository.open(tmp_path / "a.py", tmp_path / "cache")
    with pytest.raises(RepositoryError, match="does not exist"):
        Repository.open(tmp_path / "nowhere", tmp_path / "cache")


def git(folder: Path, *arguments: str) -> None:
    given = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *given, *arguments], cwd=folder, check=True, capture_output=True)


def committed(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True)
    git(folder, "init", "-q")
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


def test_submodules_nested_repositories_and_worktrees(index: Index, tmp_path: Path) -> None:
    library = committed(tmp_path / "library", {"lib.py": "def of_submodule(): pass\n"})
    root = committed(tmp_path / "root", {"main.py": "def own(): pass\n", ".gitignore": "scratch/\nnested/\n"})
    git(root, "submodule", "add", "-q", str(library), "third/lib")
    committed(root / "inner", {"inner.py": "def of_nested(): pass\n", ".gitignore": "*.log\n", "x.log": ""})
    committed(root / "nested", {"n.py": "def ignored(): pass\n"})
    repository = index({})
    assert names(repository) == {"own", "of_submodule", "of_nested"}
    assert not any(".git/" in path or path.endswith("/.git") for path in statuses(repository))
    assert "inner/x.log" not in statuses(repository)
    git(root, "worktree", "add", "-q", str(tmp_path / "side"))
    side = Repository.open(tmp_path / "side", tmp_path / "cache")
    side.scan()
    assert names(side) == {"own"} and side.commit == repository.commit != ""
    assert ".git" not in statuses(side)
    side.close()


def test_a_sparse_checkout_has_what_is_there(index: Index, tmp_path: Path) -> None:
    root = committed(tmp_path / "root", {"kept/a.py": "def kept(): pass\n", "left/b.py": "def left_out(): pass\n"})
    git(root, "sparse-checkout", "set", "kept")
    repository = index({})
    assert names(repository) == {"kept"}
    git(root, "sparse-checkout", "disable")
    repository.scan()
    assert names(repository) == {"kept", "left_out"}


def test_ignore_files_of_every_kind(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home/config"))
    (tmp_path / "home/config/git").mkdir(parents=True)
    (tmp_path / "home/config/git/ignore").write_text("by_global.py\n")
    root = committed(tmp_path / "root", {"a.py": "def a(): pass\n"})
    (root / ".git/info").mkdir(exist_ok=True)
    (root / ".git/info/exclude").write_text("by_exclude.py\n")
    wanted = {
        ".gitignore": "by_gitignore.py\n*.gen.py\n",
        ".ignore": "by_ignore.py\n",
        ".rgignore": "by_rgignore.py\n",
        "deep/.gitignore": "by_deep.py\n!again.gen.py\n",
    }
    hidden = (
        "by_global.py",
        "by_exclude.py",
        "by_gitignore.py",
        "by_ignore.py",
        "by_rgignore.py",
        "deep/by_deep.py",
        "x.gen.py",
    )
    seen = ("by_deep.py", "deep/again.gen.py", ".hidden.py", ".config/b.py")
    repository = index(
        {name: text.encode() for name, text in wanted.items()} | dict.fromkeys(hidden + seen, b"x = 1\n")
    )
    assert set(statuses(repository)) == {"a.py", *wanted, *seen}
    git(root, "add", "-f", "by_gitignore.py")
    repository.scan()
    assert "by_gitignore.py" not in statuses(repository), (
        "ripgrep goes by the rules, not by what git was forced to take"
    )
