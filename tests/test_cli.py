"""The command line as scripts use it: real processes, a real repository, a real server on loopback."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from messages_server import Answer, Json, cell, serving_thread, text
from small_repository import make_small_repository

from rlm_tui import __version__
from rlm_tui.records.events import EVENT, RunEnded, RunStarted


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_small_repository(tmp_path / "shop")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The caller's environment without keys, with folders of the test's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC_", "RLM_TUI_"))}
    return {
        **kept,
        "RLM_TUI_CACHE_DIR": str(tmp_path / "cache"),
        "RLM_TUI_RUNS_DIR": str(tmp_path / "runs"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }


def run(environment: Mapping[str, str], *arguments: str, piped: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rlm_tui", *arguments],
        env=environment,
        input=piped,
        stdin=subprocess.DEVNULL if piped is None else None,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_help_has_every_command_once_under_what_it_is_for(environment: dict[str, str]) -> None:
    told = run(environment, "--help").stdout
    sections = re.split(r"^(\w[^\n]*):$", told, flags=re.MULTILINE)
    named = {
        title: re.findall(r"^  ([a-z-]+)  ", body, re.MULTILINE)
        for title, body in zip(sections[1::2], sections[2::2], strict=True)
    }
    assert {"ask", "debug", "map", "refactor", "review"} <= set(named["Ask"])
    assert named["Runs and their patches"] == ["runs", "replay", "resume", "export", "apply", "undo"]
    assert "callers" in named["Look at the code (--json for records)"] and "doctor" in named["The program"]
    every = [name for names in named.values() for name in names]
    assert len(every) == len(set(every)) and not {"path", "history"} & set(every)
    assert "..." not in told.partition("Ask:")[2]


def test_version_loads_nothing_heavy(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rlm_tui", "--version"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"rlm-tui {__version__}"
    assert not re.search(r"\| +(pydantic|textual|anthropic|tree_sitter|asyncio)$", done.stderr, re.MULTILINE)


def test_the_headless_path_never_loads_textual(repository: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rlm_tui", "-p", "where is Gateway defined?", str(repository)],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "rlm_tui.headless" in done.stderr
    assert not re.search(r"\| +(textual|rich)$", done.stderr, re.MULTILINE)


def test_an_answer_cites_the_right_lines(repository: Path, environment: dict[str, str]) -> None:
    done = run(environment, "-p", "where is the retry policy of a charge decided?", str(repository))
    assert done.returncode == 0, done.stderr
    assert "src/shop/payment.py" in done.stdout
    assert "max_attempts" in done.stdout
    assert "navigator: no language model" in done.stdout


def test_json_holds_answer_citations_and_tree(repository: Path, environment: dict[str, str]) -> None:
    done = run(environment, "-p", "who calls `send`?", str(repository), "--output-format", "json")
    report = json.loads(done.stdout)
    assert "Gateway.charge" in report["answer"]
    assert report["citations"]
    assert all(citation["ok"] for citation in report["citations"])


def test_stream_json_is_the_record(repository: Path, environment: dict[str, str], tmp_path: Path) -> None:
    done = run(environment, "-p", "what does `pay` call?", str(repository), "--output-format", "stream-json")
    events = [EVENT.validate_json(line) for line in done.stdout.splitlines()]
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunEnded)
    record = (tmp_path / "runs" / f"{events[0].run_id}.jsonl").read_text()
    assert [EVENT.validate_json(line) for line in record.splitlines()] == events


def test_a_run_is_listed_replayed_and_exported(repository: Path, environment: dict[str, str], tmp_path: Path) -> None:
    assert run(environment, "runs").stdout == "no runs yet: ask something first\n"
    run(environment, "-p", "where is backoff defined?", str(repository))
    listed = run(environment, "runs").stdout
    assert "where is backoff defined?" in listed
    name = listed.split()[0]
    replayed = run(environment, "replay", "--plain", name)
    assert "src/shop/payment.py" in replayed.stdout
    report = tmp_path / "report.md"
    assert run(environment, "export", name, "-o", str(report)).returncode == 0
    assert report.read_text() == replayed.stdout
    again = run(environment, "export", name, "-o", str(report))
    assert again.returncode == 1
    assert "exists already" in again.stderr


def test_a_run_that_was_cut_off_goes_on(repository: Path, environment: dict[str, str], tmp_path: Path) -> None:
    whole = run(environment, "-p", "where is backoff defined?", str(repository))
    assert run(environment, "resume", "-p").stderr.endswith("every run is finished: there is nothing to resume\n")
    (record,) = (tmp_path / "runs").glob("*.jsonl")
    lines = record.read_bytes().splitlines(keepends=True)
    record.write_bytes(b"".join(lines[: len(lines) // 2]))
    resumed = run(environment, "resume", "-p")
    assert (resumed.returncode, resumed.stdout) == (0, whole.stdout)
    assert record.read_bytes() == b"".join(lines[: len(lines) // 2])
    assert "is finished" in run(environment, "resume", "-p", "last").stderr


def test_index_tells_what_it_holds(repository: Path, environment: dict[str, str]) -> None:
    done = run(environment, "index", str(repository))
    assert done.returncode == 0
    assert re.match(r"shop@\w+: 8 files, \d+ symbols", done.stdout)
    assert re.search(r"python +4 files", done.stdout)
    assert "8 parsed into symbols" in done.stdout and "index in " in done.stdout.splitlines()[-1]
    (repository / "vendor").mkdir()
    (repository / "vendor/copy.py").write_text("x = 1\n")
    (repository / "registers.h").write_bytes(b"#define A 0\n" * 500_000)
    (repository / ".env").write_text("KEY=1\n")
    said = run(environment, "index", str(repository)).stdout
    assert (
        "1 large or minified" in said
        and "(registers.h)" in said
        and "(vendor/copy.py)" in said
        and "1 of them closed" in said
    )
    examined = run(environment, "doctor", str(repository)).stdout
    assert "9 parsed into symbols" in examined and "1 of them generated, vendored or built" in examined


def test_secrets_are_opened_by_the_user_alone_and_said_so(repository: Path, environment: dict[str, str]) -> None:
    (repository / ".env").write_text("KEY=needle\n")
    (repository / "pyproject.toml").write_text("allow_secrets = ['*']\n")
    assert run(environment, "grep", "needle", "-C", str(repository)).stdout == ""
    opened = run({**environment, "RLM_TUI_ALLOW_SECRETS": "*.pem, .env"}, "grep", "needle", "-C", str(repository))
    assert "KEY=needle" in opened.stdout and "secrets are readable: *.pem, .env" in opened.stderr
    asked = run(environment, "-p", "where is needle?", "--allow-secrets", ".env", str(repository))
    assert "secrets are readable: .env" in asked.stderr and "needle" in asked.stdout
    assert "KEY=" not in run(environment, "-p", "where is needle?", str(repository)).stdout


def test_doctor_names_sandbox_search_and_models(repository: Path, environment: dict[str, str]) -> None:
    done = run(environment, "doctor", str(repository))
    assert done.returncode == 0, done.stderr
    for word in ("sandbox", "ripgrep", "navigator", "config.toml"):
        assert word in done.stdout


def test_nothing_shows_the_password_of_an_address(repository: Path, environment: dict[str, str]) -> None:
    environment |= {
        "ANTHROPIC_BASE_URL": "http://me:hunter2@127.0.0.1:9/x?key=hunter2",
        "ANTHROPIC_API_KEY": "sk-secret",
    }
    examined, asked = run(environment, "doctor", str(repository)), run(environment, "-p", "who?", str(repository))
    assert "(endpoint http://127.0.0.1:9/x?…)" in examined.stdout and "http://127.0.0.1:9/x?…" in asked.stderr
    assert "hunter2" not in examined.stdout + examined.stderr + asked.stdout + asked.stderr


def test_globs_of_a_repository_reach_no_terminal_raw(repository: Path, environment: dict[str, str]) -> None:
    (repository / ".rlm-tui.toml").write_text('exclude = ["\\u001b]0;title\\u0007"]\n')
    done = run(environment, "grep", "backoff", "-C", str(repository))
    assert "\\x1b]0;title" in done.stderr and "\x1b" not in done.stderr


def test_tools_are_commands(repository: Path, environment: dict[str, str]) -> None:
    lines = run(environment, "callers", "send", "-C", str(repository)).stdout
    assert lines.startswith("src/shop/payment.py:20  Gateway.charge -> send  call, tier 1 scope  if send(cents):")
    records = json.loads(run(environment, "grep", "backoff", "--glob", "*.py", "--json", "-C", str(repository)).stdout)
    assert [(record["path"], record["symbol"]) for record in records] == [
        ("src/shop/payment.py", "Gateway.charge"),
        ("src/shop/payment.py", "backoff"),
    ]
    (repository / "src/shop/payment.py").write_text((repository / "src/shop/payment.py").read_text() + "\n\nlast = 1\n")
    done = run(environment, "changes", "HEAD", "-C", str(repository))
    assert re.fullmatch(r"src/shop/payment.py:\d+-\d+  modified  \+3 -0  last\n", done.stdout)
    assert re.match(r"[0-9a-f]{12}  \d{4}-", run(environment, "commits", "Order.pay", "-C", str(repository)).stdout)
    nothing = run(environment, "peek", "no_such_name", "-C", str(repository))
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "no_such_name" in nothing.stderr


def test_piped_input_is_context(repository: Path, environment: dict[str, str], tmp_path: Path) -> None:
    piped = 'File "src/shop/payment.py", line 27, in charge\nPaymentError: 3\n'
    done = run(environment, "-p", "what is this?", str(repository), "--output-format", "stream-json", piped=piped)
    assert done.returncode in (0, 4), done.stderr
    assert "PaymentError: 3" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["-p", "x", "no/such/folder"], 1, "no/such/folder"),
        (["-p", "x", "pyproject.toml"], 1, "not a directory"),
        (["-p", "  "], 2, "the question is empty"),
        (["--no-such-option"], 2, "No such option"),
        (["."], 2, "there is no terminal"),
        (["replay", "nothing-like-it", "--plain"], 1, "nothing-like-it"),
        (["export", "../../etc/passwd"], 1, "passwd"),
        (["-p", "x", "--budget", "-3"], 2, "--budget"),
    ],
)
def test_errors_say_what_and_where(environment: dict[str, str], arguments: list[str], code: int, words: str) -> None:
    done = run(environment, *arguments)
    assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (code, True, False), done.stderr


def test_no_network_is_no_model_access(repository: Path, environment: dict[str, str]) -> None:
    environment |= {
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
        "ANTHROPIC_API_KEY": "sk-secret",
        "RLM_TUI_MAX_TIME": "5",
    }
    done = run(environment, "-p", "who calls send?", str(repository))
    assert done.returncode in (3, 4)
    assert "127.0.0.1:9" in done.stderr
    assert "sk-secret" not in done.stdout + done.stderr


def test_sigterm_ends_the_run_and_keeps_the_record(
    repository: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    environment |= {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "ANTHROPIC_API_KEY": "sk-secret"}
    process = subprocess.Popen(
        [sys.executable, "-m", "rlm_tui", "-p", "who calls send?", str(repository)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    runs = tmp_path / "runs"
    end = time.monotonic() + 30
    while not list(runs.glob("*.jsonl")) and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143
    last = next(runs.glob("*.jsonl")).read_text().splitlines()[-1]
    ended = EVENT.validate_json(last)
    assert isinstance(ended, RunEnded)
    assert ended.status == "cancelled"


def test_sub_calls_are_paid_once_unless_the_memo_is_off(
    repository: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    def script(body: Json) -> Answer:
        turn = len(body["messages"])
        if "# Task" not in json.dumps(body["messages"][0]):
            return text("an answer")
        return cell('print(grep("retry"), llm_query("why?"))') if turn == 1 else text("done")

    with serving_thread(script) as server:
        environment |= {"ANTHROPIC_BASE_URL": server.url, "ANTHROPIC_API_KEY": "sk-secret", "RLM_TUI_ROUTE": "repl"}
        asked = []
        for flags in ([], [], ["--no-memo"]):
            before = len(server.requests)
            done = run(environment, "-p", "where is the retry policy?", str(repository), *flags)
            assert done.returncode == 0, done.stderr
            asked.append(len(server.requests) - before)
    assert asked == [3, 2, 3]
    assert "\n  ○ why?\n  ✓ done why?\n" in done.stderr
    assert re.search(r"\nspent: 2 calls, [\d,]+ tokens in.*\n", done.stderr)
    assert len(list((tmp_path / "cache" / "memo").glob("*/*.json"))) == 1
