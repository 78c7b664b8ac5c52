"""Which files are kept closed for their names."""

from __future__ import annotations

import pytest

from rlm_tui.repository.secrets import is_secret

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
