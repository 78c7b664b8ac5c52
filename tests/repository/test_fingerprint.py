"""Fingerprints: another name or content, and nothing else, makes another one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_repository import make_small_repository

from rlm_tui.repository.repository import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    repository = Repository.open(make_small_repository(tmp_path / "shop", git=False), tmp_path / "cache")
    repository.scan()
    yield repository
    repository.close()


def test_content_and_names_count_and_times_do_not(repository: Repository) -> None:
    shop, web = repository.narrow(["src/shop"]), repository.narrow(["web"])
    before = (repository.fingerprint(), shop.fingerprint(), web.fingerprint())
    assert len(set(before)) == 3
    cart = repository.root / "web/cart.js"
    os.utime(cart, (1, 1))
    assert (repository.fingerprint(), shop.fingerprint(), web.fingerprint()) == before
    written = cart.read_text()
    cart.write_text(written.replace("item", "ITEM"))
    assert shop.fingerprint() == before[1]
    assert web.fingerprint() != before[2]
    assert repository.fingerprint() != before[0]
    cart.write_text(written)
    assert web.fingerprint() == before[2]
    cart.rename(cart.with_name("basket.js"))
    repository.scan()
    assert web.fingerprint() != before[2]
    cart.with_name("basket.js").rename(cart)
    repository.scan()
    assert web.fingerprint() == before[2]


def test_a_stamp_tells_of_every_file_that_was_saved(repository: Repository) -> None:
    shop = repository.narrow(["src/shop"])
    before = repository.stamp()
    assert shop.stamp() == before
    os.utime(repository.root / "web/cart.js", (1, 1))
    repository.scan()
    assert shop.stamp() != before


def test_a_file_that_is_gone_counts_before_the_index_knows(repository: Repository) -> None:
    web = repository.narrow(["web"])
    before = web.fingerprint()
    (repository.root / "web/format.js").unlink()
    assert web.fingerprint() != before


def test_secrets_and_links_are_not_read(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "outside.js").write_text("one")
    secret = repository.root / "web/.env"
    secret.write_text("KEY=1")
    (repository.root / "web/format.js").unlink()
    (repository.root / "web/format.js").symlink_to(tmp_path / "outside.js")
    repository.scan()
    web = repository.narrow(["web"])
    before = web.fingerprint()
    (tmp_path / "outside.js").write_text("two")
    assert web.fingerprint() == before, "it is no file of the repository"
    stat = secret.stat()
    secret.write_text("KEY=2")
    os.utime(secret, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert web.fingerprint() == before, "its content plays no part"
