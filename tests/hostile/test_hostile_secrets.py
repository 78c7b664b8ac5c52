"""Secrets stay closed under every name, through every link, in every narrower scope, and in what the program prints."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from rlm_tui.cli import main
from rlm_tui.repository.files.secrets import is_secret
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import UnknownName

VALUE = "hunter2-policy"
COPIES = [
    ".env~", ".ENV.bak", ".env-prod", ".env_prod", ".env.swp", ".envrc.local", "id_rsa.bak", ".id_rsa.swp", "server.key.old",
    "server.pem~", "terraform.tfstate.backup", ".ssh/config", "home/.aws/anything", ".docker/config.json", ".bash_history",
    "private.asc", "service-account.json", ".secrets.toml", "secrets.yaml.bak",
]  # fmt: skip
NONE = [
    ".env.example",
    ".env.example.bak",
    "id_rsa.pub",
    "a.key.txt",
    "docs/ssh/config",
    "history.py",
    "book.asc",
    "b.md~",
]


@pytest.mark.parametrize("path", COPIES)
def test_copies_of_secrets_and_folders_of_them_are_closed(path: str) -> None:
    assert is_secret(path)


@pytest.mark.parametrize("path", NONE)
def test_what_only_sounds_like_a_secret_is_open(path: str) -> None:
    assert not is_secret(path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for name in (".env", "keys/ID_RSA", "keys/.env~", "src/server.pem"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"TOKEN={VALUE}\n")
    (root / "src/app.py").write_text("def retry_policy():\n    return 1\n")
    (root / "link.py").symlink_to(".env")
    (root / "folder").symlink_to("keys")
    (tmp_path / "outside.py").write_text(f"TOKEN = '{VALUE}'\n")
    (root / "outside.py").symlink_to("../outside.py")
    (root / "around").symlink_to("..")
    os.mkfifo(root / "pipe.py")
    return root


@pytest.fixture
def repository(root: Path, tmp_path: Path) -> Repository:
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    return repository


def test_no_search_shows_a_secret(repository: Repository) -> None:
    assert repository.grep("hunter2") == []
    assert repository.grep("TOKEN", glob="*.pem") == []
    assert all(VALUE not in str(match) for match in repository.find("hunter2 policy TOKEN"))
    assert repository.symbols("TOKEN") == [] or len(repository.symbols("TOKEN")) == 0


@pytest.mark.parametrize(
    "target",
    [
        ".env", "./.env", ".env:1", ".env:1-1", "keys/ID_RSA", "ID_RSA", "keys/.env~", "src/server.pem", "link.py",
        "folder/ID_RSA", "outside.py", "around/outside.py", "../outside.py", "src/../.env", "src//../.env",
        "pipe.py", "/etc/passwd",
    ],
)  # fmt: skip
def test_no_name_reads_a_secret_or_what_lies_outside(repository: Repository, target: str) -> None:
    for first in (None, 1):
        with pytest.raises((UnknownName, PermissionError)):
            repository.slice(target, first, first)
    with suppress(UnknownName, PermissionError):
        assert repository.grep("TOKEN|root", target) == []


def test_a_file_that_becomes_a_link_to_a_secret_shows_nothing(repository: Repository, root: Path) -> None:
    (root / "src/app.py").unlink()
    (root / "src/app.py").symlink_to("../.env")
    with pytest.raises((UnknownName, PermissionError)):
        repository.slice("src/app.py")
    assert repository.grep("hunter2", "src") == []


def test_a_folder_that_becomes_a_link_outside_shows_nothing(repository: Repository, root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/app.py").write_text(f"TOKEN = '{VALUE}'\n")
    (root / "src").rename(root / "old")
    (root / "src").symlink_to("../elsewhere")
    with pytest.raises((UnknownName, PermissionError)):
        repository.slice("src/app.py")
    assert [hit.text for hit in repository.grep("hunter2", "src")] == []
    assert [hit.text for hit in repository.grep("hunter2", "src/app.py")] == []


@pytest.mark.parametrize("route", ["direct", "repl"])
def test_no_answer_and_no_record_holds_a_secret(root: Path, tmp_path: Path, route: str) -> None:
    variables = {
        "RLM_TUI_CACHE_DIR": str(tmp_path / "c"),
        "RLM_TUI_RUNS_DIR": str(tmp_path / "runs"),
        "HOME": str(tmp_path),
    }
    question = "What does TOKEN in .env, keys/ID_RSA:1, link.py:1 and src/server.pem say about the policy?"
    done = CliRunner().invoke(
        main, ["-p", question, "--route", route, "--model", "navigator", str(root)], env=variables
    )
    assert done.exit_code == 0
    records = list((tmp_path / "runs").glob("*.jsonl"))
    assert records
    assert VALUE not in done.output + "".join(path.read_text() for path in records)
