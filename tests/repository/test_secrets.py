"""Which files are kept closed for their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlm_tui.repository.files.secrets import Secrets, is_secret
from rlm_tui.repository.repository import Repository

CLOSED = [
    ".env",
    "a/.env.local",
    "prod.env",
    "x/server.KEY",
    "certs/ca.pem",
    "id_rsa",
    "deploy_id_ed25519",
    ".npmrc",
    "secrets.yaml",
    "a.p12",
]
OPEN = [
    ".env.example",
    "env.py",
    "id_rsa.pub",
    "secrets.py",
    "key.go",
    "a/pem.rs",
    "keys.md",
    ".environment",
    "monkey",
    "secrets.example.yaml",
]


@pytest.mark.parametrize("path", CLOSED)
def test_closed(path: str) -> None:
    assert is_secret(path)


@pytest.mark.parametrize("path", OPEN)
def test_open(path: str) -> None:
    assert not is_secret(path)


def test_only_what_the_user_opens_is_read_and_nothing_of_it_stays_behind(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    (root / "deploy").mkdir(parents=True)
    (root / ".env.toml").write_text("key = 'needle'\n")
    (root / "deploy/id_rsa").write_text("needle\n")
    for _ in range(2):
        opened = Repository.open(root, tmp_path / "cache", Secrets((".env*", "elsewhere/*")))
        opened.scan()
        assert [hit.path for hit in opened.grep("needle")] == [".env.toml"]
        assert opened.slice(".env.toml").text == "key = 'needle'" and opened.find("needle")
        assert opened.notices == ["secrets are readable: .env*, elsewhere/* (allow_secrets)"]
        with pytest.raises(PermissionError):
            opened.slice("deploy/id_rsa")
        closed = Repository.open(root, tmp_path / "cache")
        closed.scan()
        assert closed.grep("needle") == [] and closed.notices == [] and not closed.symbols()
        assert closed.is_closed(".env.toml") and not opened.is_closed(".env.toml")
        assert closed.fingerprint() != opened.fingerprint()
        with pytest.raises(PermissionError):
            closed.slice(".env.toml")
        opened.close()
        closed.close()
