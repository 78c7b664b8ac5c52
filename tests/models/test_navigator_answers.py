"""What the answers come to as data (`found`), in the real engine: names in many spellings, stubs, bases, outside names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from navigator_engine import engine_on

from rlm_tui.engine.run import Question
from rlm_tui.records.export import as_json
from rlm_tui.repository.repository import Repository

FILES = {
    "src/store/disk.py": '''"""Keeps records on the disk."""
from store.base import Store


class DiskFull(OSError):
    pass


class Disk(Store):
    def put(self, key):
        self.check(key)

    def check(self, key):
        raise DiskFull(key)

    def sweep(self):
        return None


def _leftover():
    return 1
''',
    "src/store/disk.pyi": "class Disk:\n    def put(self, key: str) -> None: ...\n    def check(self, key: str) -> None: ...\n",
    "src/store/base.py": """class Store:
    def put(self, key):
        raise NotImplementedError


def save_all(store: Store):
    store.put("all")


def nightly(store: Store):
    on_time(save_all)


def on_time(action):
    return action
""",
    "src/store/__init__.py": "",
    "src/app.py": """from store.base import save_all
from store.disk import Disk


def main():
    save_all(Disk())


def direct():
    Disk().put("one")
""",
    "java/com/shop/Carrier.java": "package com.shop;\n\npublic interface Carrier {\n    void ship();\n}\n",
    "java/com/shop/Truck.java": (
        "package com.shop;\n\npublic class Truck implements Carrier {\n    public void ship() {\n        load();\n    }\n\n"
        "    void load() {\n    }\n}\n"
    ),
    "go/go.mod": "module example.org/own/depot\n\ngo 1.21\n",
    "go/cmd/main.go": (
        'package main\n\nimport (\n\t"example.org/other/depot"\n\t"example.org/own/depot/bin"\n)\n\n'
        "func main() { depot.Run(bin.Sort()) }\n"
    ),
    "go/bin/bin.go": "package bin\n\nfunc Sort() int { return 1 }\n",
    "tests/test_disk.py": "from store.disk import Disk\n\n\ndef test_put():\n    Disk().put('k')\n",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository") / "depot"
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    Repository.open(folder, folder.parent / "cache").scan()
    return folder


async def found_by(root: Path, folder: Path, question: str, earlier: str = "") -> tuple[dict[str, list[str]], str]:
    async with engine_on(folder, root=root) as engine:
        run = engine.ask(Question(question, history=((earlier, "It was told."),) if earlier else ()))
        end = await run.wait()
        assert (end.status, end.error) == ("done", "")
        return json.loads(as_json(run.tree))["found"], end.answer


@pytest.mark.parametrize(
    ("question", "field", "items"),
    [
        ("where is Disk.put defined?", "symbols", ["src/store/disk.py::Disk.put"]),  # and not in the stub
        ("I can't find where `src/store/disk.py:Disk.sweep` lives", "symbols", ["src/store/disk.py::Disk.sweep"]),
        ("which functions does put call in src/store/disk.py", "symbols", ["src/store/disk.py::Disk.check"]),
        ("who calls Disk.put?", "symbols", ["src/app.py::direct", "tests/test_disk.py::test_put"]),
        ("what implements com.shop.Carrier", "symbols", ["java/com/shop/Truck.java::Truck"]),
        ("Where is the interface Carrier implemented?", "symbols", ["java/com/shop/Truck.java::Truck"]),
        ("children of Store", "symbols", ["src/store/disk.py::Disk"]),
        ("who extends OSError?", "symbols", ["src/store/disk.py::DiskFull"]),
        (
            "main -> Disk.put",
            "path",
            ["src/app.py::main", "src/store/base.py::save_all", "src/store/disk.py::Disk.put"],
        ),
        ("who calls save_all?", "symbols", ["src/app.py::main"]),
        ("which tests exercise Disk.put?", "files", ["tests/test_disk.py"]),
        ("what tests cover src/store/disk.py", "files", ["tests/test_disk.py"]),
        ("where do we throw DiskFull", "symbols", ["src/store/disk.py::Disk.check"]),
        ("rename save_all: which files?", "files", ["src/store/base.py", "src/app.py"]),
        ("anything in src/store/disk.py that is never used?", "symbols", ["src/store/disk.py::_leftover"]),
        ("what can be imported from store.base", "names", ["Store", "nightly", "on_time", "save_all"]),
        ("who imports example.org/own/depot/bin", "files", ["go/cmd/main.go"]),
        ("which files pull in example.org/other/depot?", "lines", ["go/cmd/main.go:4"]),
        ("give me the three longest functions of src/store/base.py", "symbols", 3),
    ],
)
async def test_what_is_found(root: Path, tmp_path: Path, question: str, field: str, items: list[str] | int) -> None:
    found, answer = await found_by(root, tmp_path, question)
    if isinstance(items, int):
        assert len(found[field]) == items, answer
    elif field == "path":
        assert found[field] == items, answer
    else:
        assert set(items) <= set(found[field]), answer
        assert not [item for item in found[field] if item not in items and ".pyi" in item], answer


async def test_one_function_is_named_first(root: Path, tmp_path: Path) -> None:
    _, answer = await found_by(root, tmp_path, "what's the longest function in src/store/disk.py?")
    assert answer.startswith("`Disk.put` (src/store/disk.py:10-11) is the function with the most lines"), answer


async def test_a_word_that_is_no_name_here_is_not_taken_for_its_like(root: Path, tmp_path: Path) -> None:
    found, answer = await found_by(root, tmp_path, "who calls save_everything?")
    assert answer.startswith("Nothing here is called `save_everything`."), answer
    assert not any(found.values())


async def test_a_call_through_a_base_is_told_apart(root: Path, tmp_path: Path) -> None:
    found, answer = await found_by(root, tmp_path, "who calls Disk.put?")
    assert "src/store/base.py::save_all" not in found["symbols"]
    assert "Through what it overrides" in answer
    assert "via `Store.put`" in answer


async def test_a_way_to_what_is_told_in_words(root: Path, tmp_path: Path) -> None:
    found, answer = await found_by(root, tmp_path, "how does `main` reach the check of the disk?")
    assert found["path"][:1] == ["src/app.py::main"], answer
    assert found["path"][-1] == "src/store/disk.py::Disk.check", answer


async def test_two_ends_in_words_are_searched_for(root: Path, tmp_path: Path) -> None:
    found, answer = await found_by(root, tmp_path, "how does shipping lead to the load of a truck?")
    assert "Best evidence:" in answer
    assert "java/com/shop/Truck.java" in found["files"][:2]


async def test_it_is_what_was_asked_about_before(root: Path, tmp_path: Path) -> None:
    found, _ = await found_by(root, tmp_path, "and who calls it?", "where is save_all defined?")
    assert found["symbols"] == ["src/app.py::main"]
