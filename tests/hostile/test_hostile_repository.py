"""A repository that means harm, as a whole: odd names, contents, links, git settings; the real program looks at it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rlm_tui.cli import main
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import UnknownName
from rlm_tui.repository.versions import git

ESCAPES = "\x1b]52;c;cHduZWQ=\x07\x1b[2J\x9b31m\u202e"
NAMES = [
    b"new\nline.py", b"esc\x1b[31m.py", b"osc\x1b]52;c;eA==\x07.py", "bidi\u202egnp.py".encode(), b"-e", b"--pre=sh",
    b"--pre=.py",
    b"quo'te\".py", b"\xff\xfe.py", b"a" * 250 + b".py", b"[@click=app.quit]x.py", b"a`b.py", b"a:12-20.py", b"a::b.py",
    b"back\\slash.py", b" space .py", b"*.py", b"{a,b}.py", b"!x.py", b"d/" * 60 + b"deep.py",
]  # fmt: skip


def write(root: Path, name: bytes, content: bytes) -> None:
    path = os.path.join(os.fsencode(root), name)  # noqa: PTH118 - the names are bytes
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - as above
    with open(path, "wb") as file:  # noqa: PTH123 - as above
        file.write(content)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for name in NAMES:
        write(root, name, b"def odd_policy():\n    return 1\n")
    write(root, b"esc.py", f'def retry_policy():\n    """Retry. {ESCAPES} [/] [@click=app.quit]x[/] ``` """\n'.encode())
    write(root, b"long.py", b"policy = '" + b"a" * 1_000_000 + b"'\n")
    write(root, b"big.py", b"def policy(): pass\n" * 300_000)
    write(root, b"nul.py", b"def policy(): pass\n\0")
    write(root, b"wide.py", "def policy(): pass\n".encode("utf-16"))
    os.mkfifo(root / "pipe.py")
    for link, target in (
        ("zero.py", "/dev/zero"),
        ("loop.py", "loop.py"),
        ("self", "."),
        ("up", "../.."),
        ("gone.py", "nowhere"),
    ):
        (root / link).symlink_to(target)
    return root


def run(tmp_path: Path, *arguments: str) -> Result:
    variables = {
        "RLM_TUI_CACHE_DIR": str(tmp_path / "cache"),
        "RLM_TUI_RUNS_DIR": str(tmp_path / "runs"),
        "HOME": str(tmp_path),
    }
    return CliRunner().invoke(
        main, [*arguments, "--model", "navigator"] if "-p" in arguments else arguments, env=variables
    )


def test_the_program_answers_and_shows_no_escape_sequence(root: Path, tmp_path: Path) -> None:
    answer = run(tmp_path, "-p", f"where is the retry policy {ESCAPES}", str(root))
    report = run(tmp_path, "export", "last")
    assert (answer.exit_code, report.exit_code) == (0, 0)
    assert "retry_policy" in answer.output
    record = next((tmp_path / "runs").glob("*.jsonl")).read_text()
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(answer.output + report.output + record)


def test_every_file_is_listed_under_a_name_of_its_own_and_can_be_read(root: Path, tmp_path: Path) -> None:
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    paths = [file.path for file in repository.files()]
    assert len(set(paths)) == len(paths) == len(NAMES) + 5
    assert all(path.isprintable() for path in paths)
    odd = {symbol.path for symbol in repository.symbols("odd_policy")}
    assert len(odd) == len(NAMES) - 2  # two have no suffix that tells a language
    for path in odd:
        assert "odd_policy" in repository.slice(path, 1, 1).text
    with pytest.raises(UnknownName):
        repository.slice("\ud800")
    repository.close()


def test_a_repository_in_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    write(tmp_path, b"odd\xff\x1b[31m/a.py", b"def first(): pass\n")
    done = run(tmp_path, "index", os.fsdecode(os.fsencode(tmp_path) + b"/odd\xff\x1b[31m"))
    assert "1 symbols" in done.output
    assert "\x1b" not in done.output


def test_the_settings_of_a_clone_run_nothing(tmp_path: Path) -> None:
    root = tmp_path / "clone"
    write(root, b"a.py", b"def first(): pass\n")
    author = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    touch = f"touch {tmp_path}/run"
    (root / ".git/config").write_text(
        f"[core]\nrepositoryformatversion = 1\nfsmonitor = {touch}\npager = {touch}\nsshCommand = {touch}\n"
        f'alternateRefsCommand = {touch}\n[extensions]\npartialClone = origin\n[remote "origin"]\npromisor = true\n'
        f'url = "ext::sh -c \'{touch}\'"\nuploadpack = {touch}\n[protocol]\nallow = always\n[protocol "ext"]\nallow = always\n'
        f"[alias]\nrev-parse = !{touch}\n[include]\npath = /dev/null\n"
    )
    assert git.head(root)
    with pytest.raises(git.GitError):
        git.git(root, ["fetch", "origin"])
    with pytest.raises(git.GitError):
        git.git(root, ["cat-file", "-p", "1" * 40])
    assert not (tmp_path / "run").exists()
