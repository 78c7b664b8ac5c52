"""Citations, checked against a real repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_repository import make_small_repository

from rlm_tui.engine.citations import check
from rlm_tui.engine.seen import Seen
from rlm_tui.records.events import Citation
from rlm_tui.repository.repository import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    folder = make_small_repository(tmp_path / "shop", git=False)
    (folder / ".env").write_text("KEY=very-secret\n")
    (folder / "Makefile").write_text("all:\n\ttrue\n")
    opened = Repository.open(folder, tmp_path / "cache")
    opened.scan()
    yield opened
    opened.close()


def found(text: str, repository: Repository) -> list[tuple[str, int, int, bool]]:
    return [(one.path, one.start, one.end, one.ok) for one in check(text, repository, lambda piece: False)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`src/shop/orders.py:6-8`", [("src/shop/orders.py", 6, 8, True)]),
        ("orders.py:6 is short for it", [("src/shop/orders.py", 6, 6, True)]),
        ("`Makefile:2`", [("Makefile", 2, 2, True)]),
        ("`src/shop/orders.py:6-800`", [("src/shop/orders.py", 6, 800, False)]),
        ("`src/shop/orders.py:900`", [("src/shop/orders.py", 900, 900, False)]),
        ("`src/shop/orders.py:8-6`", [("src/shop/orders.py", 8, 6, False)]),
        (
            "`src/shop/nothing.py:1` and nothing.go:2",
            [("src/shop/nothing.py", 1, 1, False), ("nothing.go", 2, 2, False)],
        ),
        ("at 12:30 on localhost:8080, example.com:443, std::vec:3, 3:4", []),
        ("`../../etc/passwd:1` `/etc/passwd:1`", [("../../etc/passwd", 1, 1, False), ("/etc/passwd", 1, 1, False)]),
        ("", []),
    ],
)
def test_each_citation_is_read_again(
    repository: Repository, text: str, expected: list[tuple[str, int, int, bool]]
) -> None:
    assert found(text, repository) == expected


def test_the_excerpt_is_what_stands_there(repository: Repository) -> None:
    (one,) = check("`src/shop/payment.py:6-7`", repository, lambda piece: False)
    assert one == Citation(
        path="src/shop/payment.py",
        start=6,
        end=7,
        ok=True,
        excerpt='class PaymentError(Exception):\n    """The gateway said no."""',
    )


def test_a_secret_is_not_shown(repository: Repository) -> None:
    for one in check("`.env:1`", repository, lambda piece: False):
        assert not one.ok
        assert "very-secret" not in one.model_dump_json()


def test_a_scope_hides_what_is_outside_of_it(repository: Repository) -> None:
    assert found("`web/cart.js:1`", repository.narrow(["web"])) == [("web/cart.js", 1, 1, True)]
    assert not any(ok for *_, ok in found("`web/cart.js:1`", repository.narrow(["server"])))


def test_a_file_that_changed_since_it_was_read_is_marked(repository: Repository) -> None:
    seen = Seen(repository)
    seen.note(["src/shop/orders.py"])
    (repository.root / "src/shop/orders.py").write_text("class Order: ...\n" * 30)
    (repository.root / "web/cart.js").write_text("x\n" * 30)
    first, second = check("`src/shop/orders.py:6` `web/cart.js:2`", repository, seen.differs)
    assert (first.ok, first.reason) == (False, "changed since the run read it")
    assert second.ok, "never read before: there is nothing that could have changed"


def test_a_deleted_file_is_no_evidence(repository: Repository) -> None:
    (repository.root / "web/cart.js").unlink()
    (one,) = check("`web/cart.js:2`", repository, lambda piece: False)
    assert not one.ok
    assert one.reason
