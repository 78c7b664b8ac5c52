"""The index on disk: what goes in comes out, and nothing that happens to its file breaks it."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rlm_tui.repository.index.index_folder import index_name
from rlm_tui.repository.index.schema import SCHEMA
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.parsing.facts import BindingFact, FileFacts, ImportFact, ReferenceFact, SymbolFact
from rlm_tui.repository.search.words import words
from rlm_tui.repository.symbols import File

SOURCE = b'class Session:\n    """Keeps cookies."""\n    def send(self, request):\n        return self.retryPolicy(request)\n'
FACTS = FileFacts(
    language="python",
    lines=4,
    package="web",
    is_test=False,
    has_errors=False,
    symbols=(
        SymbolFact("Session", "Session", "class", 1, 4, 0, len(SOURCE), "class Session", "Keeps cookies.", -1, False),
        SymbolFact("send", "Session.send", "method", 3, 4, 46, len(SOURCE), "def send(self, request)", "", 0, False),
    ),
    references=(ReferenceFact("retryPolicy", 4, "call", "self", 1), ReferenceFact("request", 4, "use", "", 1)),
    imports=(ImportFact(1, "from .core.auth import Basic as B", ".core.auth", (("Basic", "B"),), "", False),),
    bindings=(BindingFact("request", "Request", 1),),
)


def file(path: str, module: str = "src", status: str = "parsed") -> File:
    return File(path, "python", len(SOURCE), 4, module, status, False)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def test_facts_come_back_as_they_went_in(store: Store) -> None:
    store.put(file("src/a.py"), FACTS, SOURCE)
    assert store.facts("src/a.py") == FACTS
    assert store.facts("src/b.py") is None
    assert store.file("src/a.py") == file("src/a.py")
    send = store.symbols_named("send")[0]
    assert (send.qualified, send.parent, send.module, send.path, send.start) == (
        "Session.send",
        "Session",
        "src",
        "src/a.py",
        3,
    )
    assert [s.name for s in store.symbols_in("src/a.py")] == ["Session", "send"]
    read = store.read("src/a.py", symbols=False)
    assert read is not None and read.symbols == []
    assert read.unpacked.references_to("request", {"use"}) == [ReferenceFact("request", 4, "use", "", 1)]
    assert read.unpacked.references_to("request", {"call"}) == read.unpacked.references_of("type") == []


def test_columns_keep_in_step(store: Store) -> None:
    references = (
        ReferenceFact("a\nb", 1, "call", "c\n\nd", 1, "x,:T"),  # as only a plug-in would have it
        ReferenceFact("send", 2, "call", "", -1),
    )
    for kept in (references, references[1:], ()):
        facts = FACTS._replace(references=kept, bindings=FACTS.bindings[: len(kept)])
        store.put(file("src/a.py"), facts, SOURCE)
        told = store.facts("src/a.py")
        assert told is not None
        plain = [r._replace(name=r.name.replace("\n", " "), receiver=r.receiver.replace("\n", " ")) for r in kept]
        assert told == facts._replace(references=tuple(plain))


def test_postings_are_exact_names(store: Store) -> None:
    store.put(file("src/a.py"), FACTS, SOURCE)
    for name in ("retryPolicy", "send", "Session", "Basic", "B"):
        assert store.files_mentioning(name) == ["src/a.py"], name
    for name in ("retrypolicy", "Send", "session", "retry", "", "x y", '"', "send OR", "*"):
        assert store.files_mentioning(name) == [], name
    assert store.files_importing("auth") == store.files_importing("core") == ["src/a.py"]
    assert store.files_importing("Auth") == []


def test_words_bring_their_files(store: Store) -> None:
    store.put(file("src/a.py"), FACTS, SOURCE)
    (identity,) = store.files_with("retri")
    assert store.files_with("cooki") == [identity] and store.files_with("nothing") == []
    assert store.files_with("send", defined=True) == [identity] and store.files_with("retri", defined=True) == []
    assert store.files_with('"; DROP TABLE file') == ()
    found = store.file_at(identity)
    assert found is not None and found.path == "src/a.py"
    assert [outline.qualified for outline in store.outlines(identity)] == ["Session", "Session.send"]
    assert dict(store.listed()) == {identity: found}


@pytest.mark.parametrize(
    "name", ["operator==", "#private", "$el", "naïve", "变量", "a·b", "is_ok?", "\U00031350x", "'quoted'", "x-y", "É"]
)
def test_odd_names_are_found_again(store: Store, name: str) -> None:
    facts = FACTS._replace(references=(ReferenceFact(name, 4, "use", "", 1),))
    store.put(file("src/a.py"), facts, SOURCE)
    assert store.files_mentioning(name) == ["src/a.py"]
    assert store.facts("src/a.py") == facts
    for word in [name, *words(name)]:
        store.files_with(word)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.text(), st.text())
def test_any_text_comes_back(store: Store, name: str, doc: str, source: str) -> None:
    symbol = FACTS.symbols[0]._replace(name=name, qualified=name, doc=doc, end_byte=len(source) // 2)
    facts = FACTS._replace(symbols=(symbol, FACTS.symbols[1]._replace(start_byte=3, end_byte=1)))
    store.put(file("src/a.py"), facts, source.encode())
    assert store.facts("src/a.py") == facts
    if name:
        assert [found.doc for found in store.symbols_named(name)] == [doc]
    for word in words(f"{name} {doc} {source}"):
        store.files_with(word)


def test_a_changed_or_deleted_file_leaves_nothing(store: Store) -> None:
    store.put(file("src/a.py"), FACTS, SOURCE)
    before = store.generation
    store.put(file("src/a.py", status="text"))
    assert store.generation != before
    assert store.symbols_named("send") == []
    assert store.files_mentioning("send") == []
    assert not set(store.files_with("send")) & dict(store.listed()).keys()
    store.put(file("src/a.py"), FACTS, SOURCE)
    store.delete(["src/a.py"])
    assert store.paths() == () and dict(store.listed()) == {} and store.count_symbols() == 0


def test_it_stays_on_disk_and_another_version_starts_empty(tmp_path: Path) -> None:
    first = Store(tmp_path, "one")
    first.put(file("src/a.py"), FACTS, SOURCE)
    first.close()
    again = Store(tmp_path, "one")
    assert again.facts("src/a.py") == FACTS and again.notices == []
    again.close()
    other = Store(tmp_path, "two")
    assert other.paths() == () and "another version" in other.notices[0]


def test_the_index_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    newer = tmp_path / index_name(SCHEMA + 1)
    newer.write_bytes(b"whatever the next program writes")
    store = Store(tmp_path)
    store.put(file("src/a.py"), FACTS, SOURCE)
    assert store.facts("src/a.py") == FACTS and store.notices == []
    store.close()
    assert newer.read_bytes() == b"whatever the next program writes"


@pytest.mark.parametrize("damage", ["header", "middle"])
def test_a_corrupt_index_is_rebuilt_and_said_so(tmp_path: Path, damage: str) -> None:
    store = Store(tmp_path)
    for number in range(50):
        store.put(file(f"src/{number}.py"), FACTS, SOURCE)
    store.close()
    database = tmp_path / index_name(SCHEMA)
    content = bytearray(database.read_bytes())
    start, end = (0, 100) if damage == "header" else (4096, len(content))
    content[start:end] = b"\xa5" * (end - start)
    database.write_bytes(content)
    again = Store(tmp_path)
    assert again.notices == ["the index was corrupt and has been rebuilt"]
    again.put(file("src/a.py"), FACTS, SOURCE)
    assert again.facts("src/a.py") == FACTS


def test_a_cache_directory_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    store = Store(blocked / "index")
    assert "this session only" in store.notices[0]
    store.put(file("src/a.py"), FACTS, SOURCE)
    assert store.facts("src/a.py") == FACTS


def test_two_stores_on_one_database_see_each_other(tmp_path: Path) -> None:
    one, two = Store(tmp_path), Store(tmp_path)
    before = two.generation
    one.put(file("src/a.py"), FACTS, SOURCE)
    assert two.generation != before
    assert two.paths() == ("src/a.py",)
    two.put(file("src/b.py"), FACTS, SOURCE)
    assert one.paths() == ("src/a.py", "src/b.py")


def test_many_instances_make_the_index_at_once(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib, rlm_tui.repository.index.store as s\nprint(s.Store(pathlib.Path(sys.argv[1])).notices)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "cache")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    for process in started:
        with process:
            assert process.stdout and process.stdout.read() == "[]\n"


def test_many_threads_read_while_one_writes(store: Store) -> None:
    failures: list[str] = []

    def read() -> None:
        for _ in range(50):
            found = len(store.symbols_named("send"))
            failures.extend(["wrong"] * (found > 30 or store.facts("missing") is not None))

    readers = [threading.Thread(target=read) for _ in range(8)]
    for thread in readers:
        thread.start()
    for number in range(30):
        store.put(file(f"src/{number}.py"), FACTS, SOURCE)
    for thread in readers:
        thread.join()
    assert not failures and len(store.symbols_named("send")) == 30
