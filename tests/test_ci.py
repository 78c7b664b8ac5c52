"""What the page on CI shows is run: the script of its workflow, on a branch of a real repository; completion; large input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from small_repository import make_small_repository

ROOT = Path(__file__).parents[1]


def rlm_tui(folder: Path) -> dict[str, str]:
    """Put a script `rlm-tui` on the path; return the environment that knows it, and no key and no settings of the user."""
    (folder / "bin").mkdir()
    script = folder / "bin" / "rlm-tui"
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from rlm_tui.cli import main; main(prog_name='rlm-tui')"
    script.write_text(f"#!{sys.executable} -I\n{code}\n")
    script.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC", "RLM_TUI"))}
    folders = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CACHE", "STATE", "CONFIG", "DATA")}
    return kept | folders | {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def git(root: Path, *words: str) -> None:
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(root), *identity, *words], check=True, capture_output=True)


def ran(words: list[str], env: dict[str, str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_the_script_of_the_workflow_reviews_a_branch(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    block = re.search(r"        run: \|\n((?: {10}.*\n)+)", page)
    assert block is not None
    root = make_small_repository(tmp_path / "shop")
    git(root, "branch", "base")
    (root / "src/shop/payment.py").write_text("def send(cents):\n    return cents\n", encoding="utf-8")
    git(root, "commit", "-qam", "Throw the gateway out")
    env = rlm_tui(tmp_path) | {"BASE": "base", "GITHUB_OUTPUT": str(tmp_path / "output")}
    done = ran(["bash", "-e", "-c", textwrap.dedent(block[1])], env, root)
    assert done.returncode == 0, done.stderr
    report = json.loads((root / "review.sarif").read_text(encoding="utf-8"))
    assert report["version"] == "2.1.0"
    assert re.fullmatch(r"status=[06]\n", (tmp_path / "output").read_text())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(tmp_path: Path, shell: str) -> None:
    env = rlm_tui(tmp_path)
    done = ran(["rlm-tui", "completion", shell], env)
    assert "_RLM_TUI_COMPLETE" in done.stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("rlm-tui rev", "plain,review"),
        ("rlm-tui pa", "plain,path"),
        ("rlm-tui --mo", "plain,--mode"),
        ("rlm-tui debug --out", "plain,--output"),
    ],
)
def test_what_is_completed(tmp_path: Path, typed: str, offered: str) -> None:
    count = len(typed.split()) - 1
    env = rlm_tui(tmp_path) | {"COMP_WORDS": typed, "COMP_CWORD": str(count), "_RLM_TUI_COMPLETE": "bash_complete"}
    done = ran(["rlm-tui"], env)
    assert offered in done.stdout.split("\n")


def python(path: str, line: int, function: str, text: str) -> str:
    return f'Traceback (most recent call last):\n  File "/ci/{path}", line {line}, in {function}\n    {text}\nKeyError: {line}\n'


def test_a_log_of_200_mb_is_debugged_from_its_two_ends(tmp_path: Path) -> None:
    root = make_small_repository(tmp_path / "shop")
    head = python("src/shop/payment.py", 23, "charge", "raise PaymentError(cents)")
    tail = python("src/shop/orders.py", 19, "pay", "return 1")
    noise = b"2024-05-01 10:00:00 INFO nothing happened here\0 at all\n" * 20_000
    with subprocess.Popen(
        ["rlm-tui", "debug", "-", "-C", str(root), "--output-format", "stream-json"],
        env=rlm_tui(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as started:
        assert started.stdin is not None
        started.stdin.write(head.encode())
        for _ in range(200_000_000 // len(noise)):
            started.stdin.write(noise)
        started.stdin.write(tail.encode())
        out, err = started.communicate(timeout=240)
    assert started.returncode == 0, err.decode()
    assert b"its middle (" in err
    events = [json.loads(line) for line in out.decode().splitlines()]
    assert {"call_id", "parent_id", "seq", "run_id"} <= events[0].keys()
    answer = events[-1]["answer"]
    assert "`Gateway.charge`" in answer
    assert "`Order.pay`" in answer


def test_commands_for_shells_under_the_names_people_know(tmp_path: Path) -> None:
    root, env = make_small_repository(tmp_path / "shop"), rlm_tui(tmp_path)
    for words, held in (
        (["path", "Order.pay", "backoff"], '"qualified": "Gateway.charge"'),
        (["history", "src/shop/payment.py"], '"subject": "First"'),
    ):
        done = ran(["rlm-tui", *words, "--json", "-C", str(root)], env)
        assert held in done.stdout
        assert json.loads(done.stdout)
