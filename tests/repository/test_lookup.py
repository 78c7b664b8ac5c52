"""Search as one types: what fits, what comes first, and that nothing waits."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_repository import make_small_repository

from rlm_tui.repository.repository import Repository
from rlm_tui.repository.sanitize import sanitize
from rlm_tui.repository.symbols import Symbol


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    repository = Repository.open(make_small_repository(tmp_path / "shop", git=False), tmp_path / "cache")
    repository.scan()
    return repository


def names(repository: Repository, text: str, limit: int = 50) -> list[str]:
    entries = repository.look_up(text, limit).entries
    return [entry.qualified if isinstance(entry, Symbol) else entry.path for entry in entries]


@pytest.mark.parametrize(
    "text, first",
    [
        ("charge", "Gateway.charge"),
        ("CHARGE", "Gateway.charge"),
        ("gateway.ch", "Gateway.charge"),
        ("Gateway::charge", "Gateway.charge"),
        ("gate", "Gateway"),
        ("order.p", "Order.pay"),
        ("src/shop/pay", "src/shop/payment.py"),
        ("payment.py", "src/shop/payment.py"),
        ("web", "web"),
    ],
)
def test_the_best_fit_comes_first(shop: Repository, text: str, first: str) -> None:
    assert names(shop, text)[0] == first


def test_whole_names_come_before_beginnings_and_parts(shop: Repository) -> None:
    found = names(shop, "pay")
    assert found == ["Order.pay", "src/shop/payment.py", "PaymentError", "test_pay"]


def test_code_comes_before_keys_and_headings_however_well_they_fit(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "client.py").write_text("class Client:\n    pass\n")
    (tmp_path / "code" / "pyproject.toml").write_text('[project.optional-dependencies]\ncli = ["click"]\n')
    repository = Repository.open(tmp_path / "code", tmp_path / "cache")
    repository.scan()
    found = names(repository, "cli")
    assert found.index("Client") < found.index("project.optional-dependencies.cli")


def test_nothing_typed_lists_modules_then_files(shop: Repository) -> None:
    found = names(shop, "", 100)
    modules = [module.path for module in shop.modules()]
    assert found == [*modules, *sorted(file.path for file in shop.files())]


def test_lists_are_bounded_and_say_so(shop: Repository) -> None:
    found = shop.look_up("e", 3)
    assert len(found.entries) == 3 and found.more
    assert not shop.look_up("Gateway.charge", 3).more


@pytest.mark.parametrize(
    "text", ["%", "_" * 9, "\\", "'", '"', "*", "[", "\x00", "\ud800", ".", "::", "->", "a" * 10_000, "(", "é"]
)
def test_hostile_text_finds_what_it_says_or_nothing(shop: Repository, text: str) -> None:
    assert all(sanitize(text).lower() in name.lower() for name in names(shop, text))


def test_the_scope_limits(shop: Repository) -> None:
    assert names(shop.narrow(["web"]), "format") == ["format", "web/format.js"]


def test_it_does_not_wait_for_the_index(shop: Repository) -> None:
    with shop._indexing.changing():
        assert names(shop, "charge")[0] == "Gateway.charge"
