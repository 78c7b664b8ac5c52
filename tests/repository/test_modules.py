"""The module map: readable for small repositories and for huge ones."""

from __future__ import annotations

from rlm_tui.repository.modules import MOST, layout, module_of


def test_a_package_under_src_is_called_by_its_name() -> None:
    modules = layout(
        [("setup.py", 900), ("src/requests/api.py", 5_000), ("src/requests/_x/y.py", 10), ("tests/test_a.py", 9_000)]
    )
    assert modules == {"./": "(root)", "src/requests": "requests", "tests": "tests"}
    assert module_of("src/requests/_x/y.py", modules) == "requests"
    assert module_of("README.md", modules) == module_of("docs/index.md", modules) == "(root)"


def test_a_large_folder_is_opened_and_a_small_one_is_not() -> None:
    modules = layout(
        [(f"packages/{name}/src/{part}.ts", 150_000) for name in ("core", "dom") for part in ("a", "b/c")]
        + [("docs/x.js", 9)]
    )
    assert modules["packages/core/src"] == "packages/core"
    assert modules["packages/dom/src/b"] == "dom/b"
    assert modules["docs"] == "docs"


def test_names_are_unique_and_few_enough_to_read() -> None:
    modules = layout(
        [
            (f"svc{i}/src/main/java/org/acme/{part}/A.java", 300_000)
            for i in range(40)
            for part in ("web", "data", "core")
        ]
    )
    assert 40 <= len(modules) <= MOST + 40
    assert len(set(modules.values())) == len(modules)


def test_nothing_gives_the_root() -> None:
    assert layout([]) == {"./": "(root)"}
