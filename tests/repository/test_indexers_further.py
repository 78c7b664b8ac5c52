"""The languages of tree-sitter-language-pack: there with the package, absent without it, never in the way of our own."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest
from code_graph import facts_of, kinds

from rlm_tui.repository.indexer import indexers

HAVE = find_spec("tree_sitter_language_pack") is not None


def test_languages_come_with_the_package_alone() -> None:
    assert (".dart" in indexers()) == HAVE
    assert indexers()[".py"].name == "python"


def test_finding_the_indexers_loads_no_grammar() -> None:
    code = (
        "import sys; from rlm_tui.repository.indexer import indexers; indexers();"
        "print(sorted(name for name in sys.modules if name.startswith('tree_sitter_')))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.skipif(not HAVE, reason="needs the extra [all-languages]")
@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.dart", "class A { void f() {} }\nint g() => 1;\n", {"A": "class", "A.f": "method", "g": "function"}),
        (
            "a.proto",
            "message A { int32 x = 1; }\nservice S { rpc F(A) returns (A); }",
            {"A": "struct", "S.F": "method"},
        ),
        ("a.hs", "module A where\nf :: Int -> Int\nf x = x\ndata T = A | B\n", {"f": "function", "T": "struct"}),
        ("a.nim", "proc f(a: int): int = a\n", {"f": "function"}),
    ],
)
def test_definitions_are_found_by_the_names_of_their_nodes(path: str, text: str, expected: dict[str, str]) -> None:
    assert expected.items() <= kinds(facts_of(path, text)).items()
