"""Indexes that nobody needs any more go, and nothing else does."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from small_repository import make_small_repository

from rlm_tui.repository.index.index_folder import index_name, tidy
from rlm_tui.repository.index.schema import SCHEMA
from rlm_tui.repository.repository import Repository

DAY = 86_400


def index(folder: Path, days: float, schema: int = SCHEMA, root: Path = Path("/"), size: int = 10) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / index_name(schema)
    path.write_bytes(b"x" * size)
    Path(f"{path}-wal").write_bytes(b"x")
    (folder / "root").write_bytes(os.fsencode(root))
    (folder / "history.123").write_bytes(b"")
    for each in (path, Path(f"{path}-wal")):
        os.utime(each, (time.time() - days * DAY,) * 2)
    return path


def key(number: int) -> str:
    return f"{number:016x}"


def test_what_is_unused_gone_or_of_an_older_schema_goes(tmp_path: Path) -> None:
    own = index(tmp_path / key(0), 200)
    used, unused = index(tmp_path / key(1), 80), index(tmp_path / key(2), 100)
    gone, just_gone = (index(tmp_path / key(n), days, root=tmp_path / "gone") for n, days in ((3, 2), (4, 0.5)))
    older, newer = index(tmp_path / key(1), 8, SCHEMA - 1), index(tmp_path / key(1), 8, SCHEMA + 1)
    first = tmp_path / key(5) / "index.db"
    Path(f"{index(tmp_path / key(5), 8).rename(first).with_name(index_name(SCHEMA))}-wal").unlink()
    foreign = index(tmp_path / "somebody-elses", 200)
    (tmp_path / key(2) / "note.txt").write_text("put here by hand")
    (tmp_path / key(6)).symlink_to(foreign.parent)
    tidy(tmp_path / key(0), SCHEMA)
    left = {path for path in (own, used, unused, gone, just_gone, older, newer, first, foreign) if path.exists()}
    assert left == {own, used, just_gone, newer, foreign}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [key(0), key(1), key(2), key(4), key(6), "somebody-elses", "tidied"]
    )
    assert [path.name for path in (tmp_path / key(2)).iterdir()] == ["note.txt"]


def test_the_room_they_take_is_bounded_and_it_is_done_once_a_day(tmp_path: Path) -> None:
    paths = [index(tmp_path / key(n), n, size=1_000) for n in range(1, 5)]
    busy = index(tmp_path / key(9), 0.01, size=1_500)
    tidy(tmp_path / key(4), SCHEMA, most_bytes=3_600)
    assert [path.exists() for path in paths] == [True, True, False, True]
    assert busy.exists()
    index(tmp_path / key(2), 300)
    tidy(tmp_path / key(4), SCHEMA)
    assert paths[1].exists(), "not twice a day"
    os.utime(tmp_path / "tidied", (time.time() - 2 * DAY,) * 2)
    tidy(tmp_path / key(4), SCHEMA)
    assert not paths[1].exists()
    tidy(tmp_path / "nowhere" / key(0), SCHEMA)
    tidy(None, SCHEMA)


@pytest.mark.parametrize("name", ["shop", 'with "quotes" and spaces'])
def test_a_repository_leaves_its_path_and_the_time_of_its_use(tmp_path: Path, name: str) -> None:
    root = make_small_repository(tmp_path / name, git=False)
    for _ in range(2):
        repository = Repository.open(root, tmp_path / "cache")
        repository.scan()
        repository.close()
        (folder,) = [path for path in (tmp_path / "cache/index").iterdir() if path.is_dir()]
        assert (folder / "root").read_bytes() == os.fsencode(root)
        database = folder / index_name(SCHEMA)
        assert time.time() - database.stat().st_mtime < DAY
        os.utime(database, (1_000_000_000,) * 2)
