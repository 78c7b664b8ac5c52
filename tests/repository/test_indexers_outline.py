"""Documentation and data: headings, keys and targets, nested, bounded, and never in the way of code."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from rlm_tui.repository.indexer import indexers
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.outline import MOST
from rlm_tui.repository.repository import Repository


def _facts(path: str, text: str) -> FileFacts:
    name = path.rpartition("/")[2]
    found = indexers().get(name) or indexers()["." + name.rpartition(".")[2]]
    return found.parse(path, dedent(text).lstrip("\n").encode())


CASES = [
    (
        "README.md",
        """
        ---
        title: no heading
        ---
        # The `zoo` [keeper](http://x)
        Feeds lions.

        ## Install
        ```sh
        # not a heading
        ```
        ### On Linux ##
        x

        Use
        ---
        Then run it.
        """,
        [
            ("section", "The zoo keeper", 4, 16, "Feeds lions."),
            ("section", "The zoo keeper > Install", 7, 12, ""),
            ("section", "The zoo keeper > Install > On Linux", 11, 12, "x"),
            ("section", "The zoo keeper > Use", 14, 16, "Then run it."),
        ],
    ),
    (
        "guide.rst",
        """
        =====
        Guide
        =====

        Install
        -------
        Now.

        Linux
        ~~~~~

        Use
        ---
        """,
        [
            ("section", "Guide", 2, 13, ""),
            ("section", "Guide > Install", 5, 10, "Now."),
            ("section", "Guide > Install > Linux", 9, 10, ""),
            ("section", "Guide > Use", 12, 13, ""),
        ],
    ),
    (
        "ci.yaml",
        """
        # comment
        name: CI
        "on":
          push:
            branches: [main]
        jobs:
          test:
            runs-on: linux
            steps:
              - uses: checkout
                with:
                  depth: 1
              - name: Run all
                run: |
                  key: not one
              - plain
          lint: {a: 1}
        """,
        [
            ("key", "name", 2, 2, ""),
            ("key", "on", 3, 5, ""),
            ("key", "on.push", 4, 5, ""),
            ("key", "on.push.branches", 5, 5, ""),
            ("key", "jobs", 6, 17, ""),
            ("key", "jobs.test", 7, 16, ""),
            ("key", "jobs.test.runs-on", 8, 8, ""),
            ("key", "jobs.test.steps", 9, 16, ""),
            ("key", "jobs.lint", 17, 17, ""),
        ],
    ),
    (
        "people.yml",
        "people:\n- name: Ada\n  age: 3\n- id: 7\n- age: 4\nlast: 1\n",
        [
            ("key", "people", 1, 5, ""),
            ("key", "people.Ada", 2, 3, ""),
            ("key", "people.Ada.age", 3, 3, ""),
            ("key", "people.7", 4, 5, ""),
            ("key", "last", 6, 6, ""),
        ],
    ),
    (
        "a.toml",
        '''
        top = 1
        [tool.lint]
        rules = [
          "a = b",
        ]
        text = """
        not = 1
        """
        [[package]]
        name = "x"
        version = "1"
        [[bin]]
        path = "y"
        ''',
        [
            ("key", "top", 1, 1, ""),
            ("key", "tool.lint", 2, 8, ""),
            ("key", "tool.lint.rules", 3, 5, ""),
            ("key", "tool.lint.text", 6, 8, ""),
            ("key", "package.x", 9, 13, ""),
        ],
    ),
    (
        "package.json",
        """
        {
          "name": "x", // said: "no"
          "scripts": {"test": "run \\"it\\"", "deep": {"a": {"b": 1}}},
          "files": [{"name": 1}]
        }
        """,
        [
            ("key", "name", 2, 2, ""),
            ("key", "scripts", 3, 3, ""),
            ("key", "scripts.test", 3, 3, ""),
            ("key", "scripts.deep", 3, 3, ""),
            ("key", "scripts.deep.a", 3, 3, ""),
            ("key", "files", 4, 5, ""),
        ],
    ),
    (
        "Dockerfile",
        """
        ARG VERSION=1
        FROM --platform=linux golang:1 AS build
        ENV CGO=0
        RUN make
        from alpine
        COPY --from=build /x /x
        """,
        [
            ("variable", "VERSION", 1, 1, ""),
            ("target", "build", 2, 4, ""),
            ("variable", "build.CGO", 3, 4, ""),
            ("target", "alpine", 5, 6, ""),
        ],
    ),
    (
        "Makefile",
        """
        CC ?= cc
        export FLAGS := -O2
        .PHONY: all
        # Builds it.
        all: main.o $(OBJ)
        \t$(CC) -o $@ $^

        \techo done
        %.o: %.c ; cc
        clean test: ## Cleans up
        \trm -f x
        define SCRIPT
        a: b
        endef
        ifeq ($(A),b)
        endif
        """,
        [
            ("variable", "CC", 1, 1, ""),
            ("variable", "FLAGS", 2, 2, ""),
            ("target", "all", 5, 8, "Builds it."),
            ("target", "%.o", 9, 9, ""),
            ("target", "clean", 10, 11, "Cleans up"),
            ("target", "test", 10, 11, "Cleans up"),
            ("macro", "SCRIPT", 12, 14, ""),
        ],
    ),
]


@pytest.mark.parametrize(("path", "text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_outline(path: str, text: str, expected: list[tuple[str, str, int, int, str]]) -> None:
    facts = _facts(path, text)
    assert [(s.kind, s.qualified, s.start, s.end, s.doc) for s in facts.symbols] == expected
    source = dedent(text).lstrip("\n").encode()
    for symbol in facts.symbols:
        assert source[: symbol.start_byte].count(b"\n") + 1 == symbol.start
        assert source[: symbol.end_byte].rstrip().count(b"\n") + 1 == symbol.end
    assert facts.lines == source.count(b"\n")


def test_a_large_file_has_no_more_than_can_be_read() -> None:
    rows = ",\n".join(f'"k{i}": {{"a": {i}, "b": [1]}}' for i in range(30_000))
    found = _facts("data.json", "{" + rows + "}").symbols
    assert len(found) == MOST
    assert {symbol.scope for symbol in found} == {-1}
    lock = "\n".join(f'[[package]]\nname = "p{i}"\nversion = "1"\n' for i in range(5_000))
    assert len(_facts("Cargo.lock", lock).symbols) == MOST


@pytest.mark.parametrize("path", ["a.json", "a.yaml", "a.toml", "a.md", "a.rst", "Makefile", "Dockerfile"])
def test_hostile_text_ends(path: str) -> None:
    for text in (
        "[" * 100_000,
        "{" * 100_000,
        "\x00\xff\n" * 1000,
        "- " * 50_000,
        "a" * 200_000,
        '"' * 99_999,
        "",
        "\r\n" * 9,
    ):
        assert len(_facts(path, text).symbols) <= MOST
    assert len(_facts(path, "#" * 100_000 + "\n" + "a: " * 50_000 + "\n" + "=" * 50_000).symbols) <= MOST


def test_documentation_and_data_stand_behind_code(tmp_path: Path) -> None:
    root = tmp_path / "zoo"
    (root / "zoo").mkdir(parents=True)
    (root / "conf").mkdir()
    (root / "zoo" / "feeding.py").write_text('class Feeding:\n    """Feeding of lions."""\n    def start(self): pass\n')
    (root / "README.md").write_text("# Zoo\n\n## Feeding\n\nFeeding of lions.\n")
    for index in range(30):
        (root / "conf" / f"c{index}.yaml").write_text("feeding:\n  start: 1\n")
    repository = Repository.open(root, tmp_path / "cache")
    try:
        repository.scan()
        assert repository.languages() == {"python": 1}
        assert {module.language for module in repository.modules() if module.path == "zoo"} == {"python"}
        assert [symbol.qualified for symbol in repository.symbols()[:3]] == ["Feeding", "Feeding.start", "Zoo"]
        assert repository.resolve("Feeding") == repository.symbols("Feeding")[0]
        assert [symbol.qualified for symbol in repository.outline("README.md")] == ["Zoo", "Zoo > Feeding"]
        assert repository.find("feeding lions")[0].symbol.path == "zoo/feeding.py"
        section = repository.symbols(kind="section")[1]
        assert repository.resolve(section.locator) == section
        assert repository.slice(section.locator).text.startswith("## Feeding")
    finally:
        repository.close()
