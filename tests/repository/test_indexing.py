"""Keeping the index true: whatever a file, a worker, another instance or a kill does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from small_repository import make_small_repository

from rlm_tui.repository.files import walk
from rlm_tui.repository.index.indexing import Indexing, Progress
from rlm_tui.repository.index.schema import Listed
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.index.workers import COMMAND, Pool, Worker
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import RepositoryError

MISBEHAVING = """
import dataclasses, os, signal, sys
from rlm_tui.repository import indexer
from rlm_tui.repository.index import worker

python = indexer.indexers()[".py"]

def parse(path, source):
    if b"hang_here" in source:
        while True:
            pass
    if b"crash_here" in source:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"raise_here" in source:
        raise RuntimeError("a fault of the plug-in")
    print("noise on standard output")
    return python.parse(path, source)

found = indexer.indexers()
found.update({key: dataclasses.replace(python, parse=parse) for key in found if found[key] is python})
worker.main(seconds=1.0)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_small_repository(tmp_path / "shop", git=False)


def statuses(store: Store) -> dict[str, str]:
    return {file.path: file.status for file in store.files()}


def test_a_scan_parses_everything_and_the_next_nothing(root: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    indexing = Indexing(root, store)
    seen: list[Progress] = []
    last = indexing.scan(seen.append)
    assert last.phase == "ready" and last.done == last.total == 8 and last.symbols == store.count_symbols() > 10
    assert [progress.phase for progress in seen][:2] == ["listing", "parsing"]
    assert store.symbols_named("charge")[0].module == "shop"
    generation = store.generation
    seen.clear()
    indexing.scan(seen.append)
    assert store.generation == generation
    assert [progress.phase for progress in seen] == ["listing", "ready"]
    indexing.close()


def test_what_was_changed_created_and_deleted_is_found_out(root: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    indexing = Indexing(root, store)
    indexing.scan()
    (root / "src/shop/orders.py").write_text("def brand_new(): pass\n")
    (root / "src/shop/added.py").write_text("def another(): pass\n")
    (root / "server/main.go").unlink()
    indexing.scan()
    assert store.symbols_named("brand_new") and store.symbols_named("another")
    assert (
        not store.symbols_named("Order") and not store.symbols_named("Serve") and store.file("server/main.go") is None
    )
    (root / "src/shop/added.py").write_text("def changed_again(): pass\n")
    (root / "web/cart.js").unlink()
    indexing.refresh([b"src/shop/added.py", b"web/cart.js", b"never/was.py"])
    assert (
        store.symbols_named("changed_again")
        and not store.symbols_named("another")
        and not store.symbols_named("addItem")
    )
    assert indexing.progress.total == 7
    indexing.close()


def test_files_that_cannot_be_parsed_have_their_status(tmp_path: Path) -> None:
    root = tmp_path / "odd"
    root.mkdir()
    (root / "binary.py").write_bytes(b"x = 1\0")
    (root / "picture.png").write_bytes(b"\x89PNG")
    (root / "latin.py").write_bytes(b"def caf\xe9(): pass\ndef plain(): return '\xff'\n")
    (root / "broken.py").write_text("def half(:\n  class\n\ndef whole():\n    return 1\n")
    (root / "empty.py").write_text("")
    (root / "minified.js").write_text("var a=1;" * 20_000)
    with (root / "huge.py").open("wb") as file:
        file.truncate(50_000_000)
    (root / "notes.md").write_text("# Zebra crossing\n")
    store = Store(tmp_path / "cache")
    indexing = Indexing(root, store)
    indexing.scan()
    assert statuses(store) == {
        "binary.py": "binary",
        "picture.png": "binary",
        "latin.py": "parsed",
        "broken.py": "parsed",
        "empty.py": "parsed",
        "minified.js": "large",
        "huge.py": "large",
        "notes.md": "parsed",
    }
    assert store.symbols_named("plain") and store.symbols_named("whole")
    assert [dict(store.listed())[identity].path for identity in store.files_with("zebra")] == ["notes.md"]
    indexing.close()


def test_a_file_that_vanishes_or_turns_into_a_pipe_is_unreadable(root: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    indexing = Indexing(root, store)
    jobs, _ = indexing._compare(walk.listing(root))
    (root / "web/cart.js").unlink()
    (root / "web/format.js").unlink()
    os.mkfifo(root / "web/format.js")
    store.write(answer.read() for answer in Pool(root).parse(jobs))
    assert [path for path, status in statuses(store).items() if status == "unreadable"] == [
        "web/cart.js",
        "web/format.js",
    ]


def test_a_parse_that_hangs_crashes_or_raises_costs_one_file(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "misbehaving.py"
    script.write_text(MISBEHAVING)
    for word in ("hang", "crash", "raise"):
        (root / "src/shop" / f"{word}.py").write_text(f"def {word}_here(): pass\n")
    store = Store(tmp_path / "cache")
    indexing = Indexing(root, store, (sys.executable, str(script)))
    progress = indexing.scan()
    assert progress.phase == "ready"
    quarantined = [path for path, status in statuses(store).items() if status == "quarantined"]
    assert quarantined == ["src/shop/crash.py", "src/shop/hang.py", "src/shop/raise.py"]
    assert store.symbols_named("charge") and store.symbols_named("Serve")
    (root / "src/shop/hang.py").write_text("def well_again(): pass\n")
    indexing.refresh([b"src/shop/hang.py"])
    assert store.symbols_named("well_again")
    indexing.close()


def test_a_file_whose_worker_was_killed_from_outside_is_tried_again(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "misbehaving.py"
    once = f"os.path.exists({str(tmp_path / 'once')!r}) or (open({str(tmp_path / 'once')!r}, 'w'), os.kill(os.getpid(), 9))"
    script.write_text(MISBEHAVING.replace("os.kill(os.getpid(), signal.SIGSEGV)", once))
    (root / "src/shop/crash.py").write_text("def crash_here(): pass\n")
    store = Store(tmp_path / "cache")
    indexing = Indexing(root, store, (sys.executable, str(script)))
    indexing.scan()
    assert (tmp_path / "once").exists() and set(statuses(store).values()) == {"parsed"}
    assert store.symbols_named("crash_here")
    indexing.close()


def test_a_worker_that_cannot_start_is_an_error_with_its_reason(root: Path, tmp_path: Path) -> None:
    command = (sys.executable, "-c", "raise SystemExit('no grammar here')")
    indexing = Indexing(root, Store(tmp_path / "cache"), command)
    with pytest.raises(RepositoryError, match="could not start: no grammar here"):
        indexing.scan()
    indexing.close()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")
def test_no_key_reaches_a_worker(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-not-for-children")
    worker = Worker(root)
    given = Path(f"/proc/{worker._process.pid}/environ").read_bytes()
    worker.close()
    assert b"PATH=" in given and b"sk-ant" not in given and b"ANTHROPIC" not in given


def test_close_ends_a_scan_that_hangs(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "misbehaving.py"
    script.write_text(MISBEHAVING.replace("seconds=1.0", "seconds=60.0"))
    (root / "src/shop/hang.py").write_text("hang_here = 1\n")
    indexing = Indexing(root, Store(tmp_path / "cache"), (sys.executable, str(script)))
    parsing = threading.Event()
    scan = threading.Thread(target=indexing.scan, args=(lambda p: parsing.set() if p.phase == "parsing" else None,))
    scan.start()
    assert parsing.wait(30)
    time.sleep(0.3)
    indexing.close()
    scan.join(20)
    assert not scan.is_alive()
    assert indexing.progress.phase == "parsing"


def many_files(root: Path, count: int) -> None:
    for number in range(count):
        folder = root / f"part{number % 10}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"m{number}.py").write_text(f"def f{number}():\n    return {number}\n" * 20)


KILLED = """
import sys
from pathlib import Path
from rlm_tui.repository.index.indexing import Indexing
from rlm_tui.repository.index.store import Store

indexing = Indexing(Path(sys.argv[1]), Store(Path(sys.argv[2])))
indexing.warm_up()
print(indexing._warm._process.pid, flush=True)
indexing.scan(lambda progress: print(progress.phase, progress.done, flush=True))
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_a_kill_in_the_middle_loses_no_more_than_a_batch_and_leaves_no_worker(tmp_path: Path) -> None:
    root, cache = tmp_path / "many", tmp_path / "cache"
    many_files(root, 1_500)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(root), str(cache)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        worker = int(process.stdout.readline())
        for line in process.stdout:
            if line.startswith("parsing") and int(line.split()[1]) > 0:
                break
        process.kill()
    store = Store(cache)
    written = list(statuses(store).values()).count("parsed")
    assert store.notices == [] and written > 0
    first: list[int] = []
    indexing = Indexing(root, store)
    indexing.scan(lambda progress: first.append(progress.done) if progress.phase == "parsing" else None)
    assert not first or first[0] >= written
    assert store.count_files() == 1_500 and set(statuses(store).values()) == {"parsed"}
    assert len(store.symbols_named("f1499")) == 20
    indexing.close()
    deadline = time.monotonic() + 30
    while alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(worker)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_two_instances_share_the_work_of_one_repository(tmp_path: Path) -> None:
    root, cache = tmp_path / "many", tmp_path / "cache"
    many_files(root, 600)
    stores = [Store(cache), Store(cache)]
    indexings = [Indexing(root, store) for store in stores]
    parsed: list[int] = []
    for indexing in indexings:
        write = indexing._write
        indexing._write = lambda batch, *far, write=write: (parsed.append(len(batch)), write(batch, *far))[1]  # type: ignore[method-assign, func-returns-value]
    threads = [threading.Thread(target=indexing.scan) for indexing in indexings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
        for store in stores:
            assert store.count_pending() == 0 and store.count_files() == 600, "whoever has ended knows the whole"
    assert sum(parsed) == 600, "nothing was parsed twice"
    for store in stores:
        assert set(statuses(store).values()) == {"parsed"} and store.count_symbols() == 600 * 20
        assert store.files_mentioning("f17") == ["part7/m17.py"]
    (root / "part7/m17.py").write_text("def both(): pass\n")
    threads = [threading.Thread(target=one.refresh, args=([b"part7/m17.py"],)) for one in indexings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        assert [symbol.name for symbol in store.symbols_in("part7/m17.py")] == ["both"]
    for indexing in indexings:
        indexing.close()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="as the locks of a killed process are told on Linux")
def test_an_instance_waits_for_another_and_takes_over_when_that_is_killed(tmp_path: Path) -> None:
    root, cache = tmp_path / "many", tmp_path / "cache"
    many_files(root, 300)
    (root / "hang.py").write_text("hang_here = 1\n")
    script = tmp_path / "misbehaving.py"
    script.write_text(MISBEHAVING.replace("seconds=1.0", "seconds=60.0"))
    command = f"({sys.executable!r}, {str(script)!r})"
    code = KILLED.replace("Store(Path(sys.argv[2])))", f"Store(Path(sys.argv[2])), {command})")
    with subprocess.Popen(
        [sys.executable, "-c", code, str(root), str(cache)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        for line in other.stdout:
            if line.startswith("parsing") and int(line.split()[1]) > 0:
                break
        indexing = Indexing(root, Store(cache))
        told: list[Progress] = []
        scan = threading.Thread(target=indexing.scan, args=(told.append,))
        scan.start()
        deadline = time.monotonic() + 20
        while not told and time.monotonic() < deadline:
            time.sleep(0.01)
        assert told[0].phase == "parsing" and 0 < told[0].done < told[0].total == 301
        other.kill()
    scan.join(60)
    assert indexing.progress.phase == "ready" and indexing.progress.total == 301
    assert indexing._store.count_pending() == 0
    indexing.close()


UNGUARDED = """
import sys
from pathlib import Path
from rlm_tui.repository.index.indexing import Indexing
from rlm_tui.repository.index.store import Store

print("once")
store = Store(Path(sys.argv[2]))
indexing = Indexing(Path(sys.argv[1]), store)
indexing.scan()
print(store.count_symbols())
indexing.close()
"""


def test_no_main_guard_is_needed_and_ctrl_c_is_left_to_the_owner(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(UNGUARDED)
    # A folder of the same name in the current directory must not be imported in the workers' stead.
    (root / "rlm_tui").mkdir()
    (root / "rlm_tui" / "__init__.py").write_text("raise SystemExit('the repository was imported')")
    done = subprocess.run(
        [sys.executable, "-P", str(script), str(root), str(tmp_path / "cache")],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[0] == "once" and int(done.stdout.splitlines()[1]) > 10 and done.stderr == ""
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin and worker.stdout and worker.stdout.read(8)
        worker.send_signal(signal.SIGINT)
        time.sleep(0.1)
        assert worker.poll() is None
        worker.stdin.close()
        assert worker.wait(20) == 0


FULL = """
import resource, signal, sys
from pathlib import Path
from rlm_tui.repository.repository import Repository

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
repository = Repository.open(Path(sys.argv[1]), Path(sys.argv[2]))
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
progress = repository.scan()
print(progress.phase, len(repository.symbols("f*")))
repository.update(["part1/m1.py"])
print(len(repository.find("f77")), *repository.notices)
repository.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits to the size of a file")
def test_a_disk_that_fills_is_said_and_the_index_goes_on_in_memory(tmp_path: Path) -> None:
    root, cache = tmp_path / "many", tmp_path / "cache"
    many_files(root, 800)
    done = subprocess.run(
        [sys.executable, "-c", FULL, root, cache], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == f"ready {800 * 20}" and int(second.split()[0])
    assert second.count("it is in memory for this session") == 1
    # What was stored before is whole, and there is room again: the rest is added to it.
    repository = Repository.open(root, cache)
    before = repository.progress
    assert repository.notices == [] and len(repository.files()) in (0, 800) and before.phase == "new"
    assert repository.scan().phase == "ready" and len(repository.symbols("f*")) == 800 * 20
    assert repository.notices == []
    repository.close()


def test_an_index_that_is_mostly_dead_is_made_anew(tmp_path: Path) -> None:
    root = tmp_path / "one"
    root.mkdir()
    (root / "a.py").write_text("def only(): pass\n")
    store = Store(tmp_path / "cache")
    indexing = Indexing(root, store)
    indexing.scan()
    store.list_files([Listed("a.py", b"a.py", "python", 1, 1, "", "pending", False, False)] * 3_100)
    assert store.overgrown()
    indexing.scan()
    assert not store.overgrown() and store.count_symbols() == 1 and store.files_with("onli")
    indexing.close()
