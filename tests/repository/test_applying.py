"""Patches written into a working tree: all or nothing, also when the process is killed in the middle, and taken back."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rlm_tui.repository.patches.applying import Applying
from rlm_tui.repository.patches.patches import PatchError
from rlm_tui.repository.patches.patching import Edit


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "code"
    (root / "src").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"a\n")
    (root / "src/b.sh").write_bytes(b"b\r\n")
    (root / "src/b.sh").chmod(0o754)
    (root / "gone.txt").write_bytes(b"gone")
    return root


@pytest.fixture
def applying(root: Path, tmp_path: Path) -> Applying:
    return Applying(root, tmp_path / "state")


EDITS = [
    Edit("a.txt", "a.txt", b"a\n", b"A\n"),
    Edit("src/b.sh", "src/c.sh", b"b\r\n", b"B\r\n"),
    Edit("gone.txt", "", b"gone", None),
    Edit("", "new/deep/d.txt", None, b"d\n", executable=True),
]


def tree(root: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(root)): (path.read_bytes() if path.is_file() else b"", stat.S_IMODE(path.stat().st_mode))
        for path in sorted(root.rglob("*"))
        if ".git" not in path.parts
    }


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def test_edits_are_made_together_and_taken_back(applying: Applying, root: Path) -> None:
    before = tree(root)
    applied = applying.apply("a title", EDITS)
    after = tree(root)
    assert {path: content for path, (content, _) in after.items() if content} == {
        "a.txt": b"A\n",
        "src/c.sh": b"B\r\n",
        "new/deep/d.txt": b"d\n",
    }
    assert after["src/c.sh"][1] == 0o754
    assert after["new/deep/d.txt"][1] & 0o100
    assert applied.paths == ["a.txt", "src/c.sh", "gone.txt", "new/deep/d.txt"]
    assert (last := applying.last())
    assert last.title == "a title"
    assert applying.undo().id == applied.id
    assert tree(root) == before
    with pytest.raises(PatchError, match="no patch was applied here"):
        applying.undo()


def test_several_are_undone_from_the_newest_on(applying: Applying, root: Path) -> None:
    applying.apply("one", [Edit("a.txt", "a.txt", b"a\n", b"1\n")])
    applying.apply("two", [Edit("a.txt", "a.txt", b"1\n", b"2\n")])
    assert applying.undo().title == "two"
    assert applying.undo().title == "one"
    assert (root / "a.txt").read_bytes() == b"a\n"


def test_nothing_is_written_where_anything_is_not_as_it_was(applying: Applying, root: Path) -> None:
    (root / "gone.txt").write_bytes(b"saved meanwhile")
    (root / "new/deep").mkdir(parents=True)
    (root / "new/deep/d.txt").write_bytes(b"somebody's")
    (root / "a.txt").chmod(0o444)
    before = tree(root)
    with pytest.raises(PatchError) as caught:
        applying.apply("", EDITS)
    assert caught.value.problems == (
        "a.txt is read-only",
        "gone.txt has changed since: nothing was done",
        "new/deep/d.txt exists already",
    )
    assert tree(root) == before
    assert applying.last() is None


def test_links_are_never_followed(applying: Applying, root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "link.txt").symlink_to(root / "a.txt")
    for edit in (
        Edit("", "out/x.txt", None, b"x"),
        Edit("link.txt", "link.txt", b"a\n", b"x"),
        Edit("", "link.txt", None, b"x"),
    ):
        with pytest.raises(PatchError, match="link"):
            applying.apply("", [edit])
    for path in ("../x.txt", "/tmp/x.txt", ".git/config", "a/../../x"):
        with pytest.raises(PatchError):
            applying.apply("", [Edit("", path, None, b"x")])
    assert list((tmp_path / "outside").iterdir()) == []


def test_undo_is_refused_where_a_file_changed_since(applying: Applying, root: Path) -> None:
    applying.apply("", EDITS)
    (root / "a.txt").write_bytes(b"more\n")
    with pytest.raises(PatchError, match=r"a\.txt has changed since"):
        applying.undo()
    assert (root / "src/c.sh").exists()
    (root / "a.txt").write_bytes(b"A\n")
    applying.undo()
    assert (root / "gone.txt").read_bytes() == b"gone"


def test_what_cannot_be_written_leaves_everything_as_it_was(
    applying: Applying, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(root)
    real, calls = os.replace, iter(range(9))

    def failing(*arguments: object, **named: object) -> None:
        if next(calls) == 1:
            raise OSError(28, "No space left on device")
        real(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(PatchError, match=r"nothing was applied: .*No space left on device"):
        applying.apply("", EDITS)
    assert tree(root) == before
    assert applying.last() is None


KILLED = """
import os, signal, sys
from pathlib import Path
from rlm_tui.repository.patches.applying import Applying
from tests_edits import EDITS

left = int(sys.argv[3])
def counted(real):
    def call(*arguments, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)
    return call
for name in ("replace", "rename", "unlink", "fsync", "rmdir"):
    setattr(os, name, counted(getattr(os, name)))
applying = Applying(Path(sys.argv[1]), Path(sys.argv[2]))
applying.undo() if sys.argv[4] == "undo" else applying.apply("killed", EDITS)
"""


@pytest.mark.parametrize("work", ["apply", "undo"])
def test_a_kill_at_any_point_leaves_all_or_nothing(tmp_path: Path, work: str) -> None:
    (tmp_path / "tests_edits.py").write_text(
        f"from rlm_tui.repository.patches.patching import Edit\nEDITS = {EDITS!r}\n"
    )
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])}
    seen: set[bool] = set()
    for after in range(0, 60, 3):
        root, state = tmp_path / f"code{after}", tmp_path / f"state{after}"
        (root / "src").mkdir(parents=True)
        for edit in EDITS:
            if edit.before is not None:
                (root / edit.old).write_bytes(edit.before)
        before = tree(root)
        if work == "undo":
            Applying(root, state).apply("", EDITS)
        whole = tree(root)
        command = [sys.executable, str(script), str(root), str(state), str(after), work]
        code = subprocess.run(command, env=environment, check=False).returncode
        assert code in (0, -signal.SIGKILL)
        seen.add(code == 0)
        Applying(root, state).recover()
        if code:
            assert tree(root) in ([before, whole] if work == "undo" else [before])
        elif work == "undo":
            assert tree(root) == before
        if code == 0:
            break
    assert seen == {True, False}


def test_changes_that_are_not_committed_are_known(applying: Applying, root: Path) -> None:
    paths = ["a.txt", "src/b.sh", "new.txt"]
    assert applying.uncommitted(paths) == ["a.txt", "src/b.sh"]
    git(root, "init", "-q")
    git(root, "add", "a.txt")
    git(root, "commit", "-qm", "one")
    assert applying.uncommitted(paths) == ["src/b.sh"]
    (root / ".gitignore").write_text("*.sh\n")
    assert applying.uncommitted(paths) == ["src/b.sh"]
    (root / "a.txt").write_text("changed\n")
    assert applying.uncommitted(paths) == ["a.txt", "src/b.sh"]
    git(root, "add", "-A", "-f")
    git(root, "commit", "-qm", "two")
    assert applying.uncommitted(paths) == []
    assert Applying(root / "src", root.parent / "state").uncommitted(["b.sh"]) == []
    (root / "src/b.sh").write_text("changed\n")
    assert Applying(root / "src", root.parent / "state").uncommitted(["b.sh"]) == ["b.sh"]


def test_a_record_that_was_tampered_with_takes_nothing_back(applying: Applying, root: Path, tmp_path: Path) -> None:
    applying.apply("", EDITS)
    (blob,) = [path for path in (tmp_path / "state").rglob("*") if path.is_file() and path.read_bytes() == b"a\n"]
    blob.write_bytes(b"evil\n")
    with pytest.raises(PatchError, match="not what was written"):
        applying.undo()
    assert (root / "a.txt").read_bytes() == b"A\n"


CONTENT = st.binary(max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.dictionaries(
        st.sampled_from(["a", "b/c", "b/d", "e/f/g"]), st.tuples(CONTENT, CONTENT | st.none()), min_size=1
    )
)
def test_applying_and_undoing_leads_back_to_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, tuple[bytes, bytes | None]]
) -> None:
    root = tmp_path_factory.mktemp("code")
    for path, (content, _) in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    before = tree(root)
    applying = Applying(root, tmp_path_factory.mktemp("state"))
    edits = [Edit(path, path if after is not None else "", was, after) for path, (was, after) in files.items()]
    applying.apply("", [*edits, Edit("", "n/m", None, b"new")])
    assert (root / "n/m").read_bytes() == b"new"
    for path, (_, after) in files.items():
        assert ((root / path).read_bytes() if (root / path).exists() else None) == after
    applying.undo()
    assert tree(root) == before


def test_a_file_keeps_its_owner_and_is_never_readable_by_more_nor_set_user_id(
    applying: Applying, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real, seen = root / "a.txt", os.open, list[int]()

    def watched(name: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        handle = real(name, flags, mode, dir_fd=dir_fd)
        if flags & os.O_CREAT and str(name).startswith(".a.txt."):
            seen.append(stat.S_IMODE(os.fstat(handle).st_mode))
        return handle

    owner = (12345, 12346) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown(path, *owner)
    path.chmod(0o6750)
    monkeypatch.setattr(os, "open", watched)
    applying.apply("", [Edit("a.txt", "a.txt", b"a\n", b"A\n")])
    applying.undo()
    assert seen == [0o600, 0o600]
    status = path.stat()
    assert ((status.st_uid, status.st_gid), stat.S_IMODE(status.st_mode)) == (owner, 0o750)


def test_a_damaged_record_is_given_up_and_keeps_nothing_from_being_applied(
    applying: Applying, root: Path, tmp_path: Path
) -> None:
    def records() -> dict[str, Path]:
        return {json.loads(path.read_text())["title"]: path for path in (tmp_path / "state").rglob("record.json")}

    def change(path: Path, **changed: object) -> None:
        path.write_text(json.dumps(json.loads(path.read_text()) | changed))

    applying.apply("first", [Edit("a.txt", "a.txt", b"a\n", b"A\n")])
    applying.apply("torn", [Edit("gone.txt", "gone.txt", b"gone", b"b")])
    applying.apply("orphan", [Edit("", "d.txt", None, b"d")])
    torn, orphan = records()["torn"], records()["orphan"]
    (file,) = json.loads(torn.read_text())["files"]
    secret = tmp_path / "secret"
    secret.write_text("")
    change(torn, state="begun", title="to\x1b[31mrn\n", files=[file | {"before": str(secret), "old": "x\x1b[2J"}])
    change(orphan, undoes="nothing")
    told = "\n".join(applying.recover())
    assert "a patch (torn) is left as it is: " in told
    assert "a patch (orphan) is left as it is: " in told
    assert f"kept in {torn.parent}" in told
    assert "\x1b" not in told
    assert applying.recover() == []
    assert applying.undo().title == "first"
    assert (root / "a.txt").read_bytes() == b"a\n"
