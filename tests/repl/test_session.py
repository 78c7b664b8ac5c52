"""What a session promises: time, death, interrupts, output, threads, answers, and that none of it waits for the screen."""

from __future__ import annotations

import asyncio
import os
import platform
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from repl_host import FUNCTIONS, VARIABLES, Host

from rlm_tui.repl import sealed
from rlm_tui.repl.fork_client import ForkedProcess, ForkServer
from rlm_tui.repl.protocol import Limits, SandboxError
from rlm_tui.repl.sealed import SealedSandbox, SealedSession

pytestmark = pytest.mark.skipif(platform.system() != "Linux", reason="the sealed sandbox is Linux only")


@pytest.fixture
async def sandbox() -> AsyncIterator[SealedSandbox]:
    made = SealedSandbox()
    yield made
    await made.close()


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
async def session(sandbox: SealedSandbox, host: Host) -> SealedSession:
    return await sandbox.session(FUNCTIONS, host, VARIABLES, Limits())


@pytest.fixture
async def hasty(sandbox: SealedSandbox, host: Host) -> SealedSession:
    """A session whose cells are stopped soon."""
    return await sandbox.session(FUNCTIONS, host, VARIABLES, Limits(seconds=0.5))


def server_of(sandbox: SealedSandbox) -> ForkServer:
    assert isinstance(sandbox._origin, ForkServer)
    return sandbox._origin


def pid_of(session: SealedSession) -> int:
    assert isinstance(session._process, ForkedProcess)
    return session._process.pid


async def test_a_traceback_points_at_the_lines_of_the_cell(session: SealedSession) -> None:
    await session.run("def inner():\n    raise ValueError('deep')")
    result = await session.run("a = 1\ninner()")
    assert result.status == "error"
    lines = result.error.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert '  File "<cell 2>", line 2, in <module>' in lines
    assert '  File "<cell 1>", line 2, in inner' in lines
    assert "    raise ValueError('deep')" in lines
    assert lines[-1] == "ValueError: deep"
    assert "rlm_tui" not in result.error
    assert (await session.run("a")).output == "1\n"


async def test_under_a_long_line_stand_no_carets(session: SealedSession) -> None:
    short, long = [(await session.run(f"print(1) or 1 / 0  # {'x' * count}")).error for count in (3, 300)]
    assert "^" in short
    assert "^" not in long and "1 / 0  # xxx" in long


async def test_a_syntax_error_points_at_its_line(session: SealedSession) -> None:
    result = await session.run("x = 1\ny = = 2")
    assert 'File "<cell 1>", line 2' in result.error
    assert result.error.splitlines()[-1].startswith("SyntaxError")
    assert "ast.py" not in result.error


async def test_a_traceback_through_the_library_names_no_path_of_this_machine(session: SealedSession) -> None:
    result = await session.run("import json\njson.loads('[1,')")
    assert '  File "json/decoder.py", line ' in result.error
    assert sys.prefix not in result.error
    assert sys.base_prefix not in result.error


async def test_a_chained_error_in_a_host_call_shows_only_the_cell(session: SealedSession) -> None:
    result = await session.run("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    fail('why')")
    assert "During handling of the above exception" in result.error
    assert result.error.splitlines()[-1].endswith("HostError: no such thing: why")
    assert "child.py" not in result.error


async def test_time_stops_a_cell_and_variables_survive(hasty: SealedSession) -> None:
    await hasty.run("kept = 7")
    result = await hasty.run("n = 0\nwhile True: n += 1")
    assert result.status == "timeout"
    assert "stopped after 0.5 s of computing. The variables are kept." in result.error
    assert result.seconds > 0.4
    assert (await hasty.run("kept, n > 0")).output == "(7, True)\n"


async def test_waiting_for_the_host_is_not_counted(sandbox: SealedSandbox, host: Host) -> None:
    session = await sandbox.session(FUNCTIONS, host, {}, Limits(seconds=1))
    result = await session.run("[slow(0.5, n) for n in range(3)]")
    assert (result.status, result.output) == ("ok", "[0, 1, 2]\n")
    assert result.seconds < 1


async def test_a_cell_makes_only_so_many_host_calls(sandbox: SealedSandbox, host: Host) -> None:
    session = await sandbox.session(FUNCTIONS, host, {}, Limits(seconds=1, calls=50))
    result = await session.run("for n in range(100): echo(n)")
    assert "HostError: this cell has made 50 host calls, the most it may: ask for more at once" in result.error
    assert (await session.run("n, echo(1)")).output == "(50, 1)\n"
    host.calls.clear()
    result = await session.run("while True:\n    try: slow(0)\n    except HostError: pass")
    assert (result.status, len(host.calls)) == ("timeout", 50)  # refusals stop no clock


async def test_a_thread_that_waits_for_the_host_does_not_stop_the_clock_of_one_that_computes(
    hasty: SealedSession,
) -> None:
    result = await hasty.run(
        "import threading\nthreading.Thread(target=slow, args=[60], daemon=True).start()\nwhile True: pass"
    )
    assert result.status == "timeout"


async def test_a_cell_that_will_not_stop_is_killed_and_told_what_it_lost(hasty: SealedSession) -> None:
    await hasty.run("alpha = 1; beta = 2")
    result = await hasty.run("import time\nwhile True:\n    try: time.sleep(9)\n    except BaseException: pass")
    assert result.status == "dead"
    assert "it did not stop after 0.5 s of computing" in result.error
    assert "Lost: alpha, beta. " in result.error
    fresh = await hasty.run("'alpha' in globals(), context")
    assert (fresh.status, fresh.output) == ("ok", "(False, 'handed in')\n")


async def test_a_death_between_two_cells_is_told_with_the_next(session: SealedSession) -> None:
    await session.run("import os, threading\nkept = 1\nthreading.Timer(0.05, os._exit, [3]).start()")
    await asyncio.sleep(0.4)
    result = await session.run("1 + 1")
    assert result.status == "ok"
    assert result.output.startswith("[The sandbox process has ended: the cell ended it (exit code 3). Lost: kept.")
    assert result.output.endswith("]\n2\n")


async def test_interrupt(session: SealedSession, host: Host) -> None:
    await session.interrupt()  # nothing runs: nothing happens
    running = asyncio.create_task(session.run("before = 1\nslow(60)\nafter = 1"))
    while not host.calls:  # noqa: ASYNC110 - the host is not told that a call has come
        await asyncio.sleep(0.01)
    await session.interrupt()
    result = await running
    assert result.status == "timeout"
    assert "The cell was interrupted. The variables are kept." in result.error
    assert (await session.run("before, 'after' in globals()")).output == "(1, False)\n"
    assert host.cancelled == 1


async def test_late_interrupts_never_hit_the_next_cell(session: SealedSession) -> None:
    for _ in range(100):
        running = asyncio.create_task(session.run("1"))
        await asyncio.sleep(0)
        await session.interrupt()
        await running
        result = await session.run("sum(range(1000))")
        assert (result.status, result.output) == ("ok", "499500\n")


async def test_a_cancelled_run_leaves_a_session_that_works(session: SealedSession) -> None:
    running = asyncio.create_task(session.run("lost = 1\nslow(60)"))
    await asyncio.sleep(0.1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await session.run("1 + 1")).output.endswith("2\n")


async def test_long_output_keeps_head_and_tail_and_the_whole_in_a_variable(session: SealedSession) -> None:
    result = await session.run("print('first')\nfor n in range(100_000): print('x' * 500)\nprint('last')")
    whole = len("first\n") + 100_000 * 501 + len("last\n")
    assert result.status == "ok"
    assert result.output.startswith("first\nxxx")
    assert result.output.endswith("xxx\nlast\n")
    assert len(result.output) <= 20_200
    assert f"[... {result.omitted:,} characters left out; the whole text is output_of(1) ...]" in result.output
    shown = len(result.output) - len(
        f"\n[... {result.omitted:,} characters left out; the whole text is output_of(1) ...]\n"
    )
    assert shown + result.omitted == whole
    assert (await session.run("len(output_of(1)), output_of(1)[-5:]")).output == f"({whole}, 'last\\n')\n"
    assert "kept: [1]" in (await session.run("output_of(9)")).error


async def test_a_long_print_leaves_those_beside_it_whole(session: SealedSession) -> None:
    code = """print('first')
print('\\n'.join(f'noise {n}' for n in range(20_000)))
print(wanted := [f'src/file_{n}.py' for n in range(400)])
for n in range(50): print('line', n)"""
    result = await session.run(code)
    assert result.output.startswith("first\nnoise 0\n")
    assert str([f"src/file_{n}.py" for n in range(400)]) in result.output
    assert result.output.endswith("".join(f"line {n}\n" for n in range(50)))
    assert result.output.count(f"[... {result.omitted:,} characters left out; the whole text is output_of(1) ...]") == 1
    assert 19_000 < len(result.output) < 20_200
    whole = (await session.run("len(output_of(1))")).output
    note = f"\n[... {result.omitted:,} characters left out; the whole text is output_of(1) ...]\n"
    assert int(whole) == len(result.output) + result.omitted - len(note)


async def test_many_prints_are_shortened_as_one(session: SealedSession) -> None:
    result = await session.run("for n in range(100): print(f'{n} ' + 'x' * 1_500)")
    assert result.output.count("characters left out") == 1
    assert result.output.startswith("0 x") and result.output.endswith("x\n")


@pytest.mark.parametrize(
    ("code", "most"),
    [
        ("print(repo)", 200),
        ("print(repo.symbols, repo.files, repo.modules)", 2_000),
        ("print(repo['Session.send'], repo['src/a.py'], repo['requests'], find('x'), callers('x'), grep('x'))", 1_600),
        ("print(peek('long'))", 8_200),
        ("print(vars(repo['Session.send']))", 1_000),
    ],
)
async def test_printing_a_repository_object_is_short(session: SealedSession, code: str, most: int) -> None:
    result = await session.run(code)
    assert result.status == "ok"
    assert 10 < len(result.output) <= most


async def test_more_output_than_can_be_kept_is_counted(sandbox: SealedSandbox, host: Host) -> None:
    session = await sandbox.session(FUNCTIONS, host, {}, Limits(seconds=20, memory=128 << 20))
    result = await session.run("for n in range(40): print(str(n) * 500_000)\nprint('last')")
    assert result.output.endswith("39\nlast\n")
    assert "characters that were too many to keep ...]" in result.output


async def test_running_out_of_memory_ends_the_cell_or_the_child(sandbox: SealedSandbox, host: Host) -> None:
    session = await sandbox.session(FUNCTIONS, host, {}, Limits(memory=128 << 20))
    result = await session.run("keep = []\nwhile True: keep.append(bytearray(8_000_000))")
    assert result.status in ("error", "dead")
    assert "MemoryError" in result.error or "out of memory" in result.error
    await session.run("keep = None")
    assert (await session.run("1 + 1")).output.endswith("2\n")


async def test_host_calls_from_threads_run_in_parallel(session: SealedSession) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    result = await session.run(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(20) as pool: print(list(pool.map(lambda n: slow(0.5, n), range(20))))"
    )
    assert result.output == f"{list(range(20))}\n"
    assert loop.time() - begun < 5  # one after the other they take 10 s


async def test_answer(session: SealedSession) -> None:
    assert (await session.run("x = 1")).answer == ""
    result = await session.run("answer['content'] = 'so far'")
    assert (result.answer, result.ready) == ("so far", False)
    result = await session.run("answer['ready'] = True")
    assert (result.answer, result.ready) == ("so far", True)
    result = await session.run("FINAL([1, 2])")
    assert (result.answer, result.ready) == ("[1, 2]", True)
    result = await session.run("report = 'text'\nFINAL_VAR('report')")
    assert (result.answer, result.ready) == ("text", True)
    result = await session.run("FINAL_VAR(repo['Session.send'])")
    assert result.answer.startswith("src/a.py:10-40  method Session.send")
    assert "SHOW_VARS()" in (await session.run("FINAL_VAR('nope')")).error
    result = await session.run("answer = None")
    assert (result.answer, result.ready) == ("", False)


async def test_variables_are_those_the_cells_have_set(session: SealedSession) -> None:
    result = await session.run(
        "import re\nfrom collections import Counter\nrows = [1, 2]\ntext = 'x' * 4096\ns = repo['Session.send']\n_hidden = 1"
    )
    assert [(v.name, v.kind, v.size) for v in result.variables] == [
        ("rows", "list", "2 items"),
        ("text", "str", "4,096 characters"),
        ("s", "Symbol", "src/a.py:10-40  method Session.send  Send a request."),
    ]
    result = await session.run("context = 'changed'")
    assert result.variables[0].name == "context"
    shown = (await session.run("SHOW_VARS()")).output
    assert "rows  list  2 items\n" in shown
    assert "repo  Repo\n" in shown


@pytest.mark.parametrize(
    "code",
    [
        "class L(list):\n    def __len__(self): 1 / 0\nbroken_length = L()",
        "class R:\n    def __repr__(self): 1 / 0\nraise SystemExit(R())",
        "class D(dict):\n    def get(self, *a): raise KeyboardInterrupt\nanswer = D(content='x')",
        "globals()['v' * 10_000_000] = type('T' * 10_000_000, (), {})()",
        "class E(Exception):\n    def __str__(self): raise SystemExit\nraise E",
        "class R:\n    def __repr__(self): 1 / 0\nanswer['content'] = R()",
    ],
)
async def test_objects_that_break_when_they_are_looked_at_cost_no_variables(session: SealedSession, code: str) -> None:
    await session.run("kept = 1")
    assert (await session.run(code)).status != "dead"
    assert (await session.run("kept")).output == "1\n"


async def test_host_errors_and_defects_reach_the_cell_only(session: SealedSession, host: Host) -> None:
    assert "HostError: no such thing: x" in (await session.run("fail('x')")).error
    assert "which cells cannot be given" in (await session.run("broken()")).error
    assert "there is no such host function" in (await session.run("repo._ask('os.system', 'x')")).error
    assert "too large to hand over" in (await session.run("echo('x' * 40_000_000)")).error
    assert [name for name, _, _ in host.calls] == ["fail", "broken"]


async def test_sessions_are_apart_and_run_side_by_side(sandbox: SealedSandbox, host: Host) -> None:
    sessions = [await sandbox.session(FUNCTIONS, host, {"mine": n}, Limits()) for n in range(8)]
    await asyncio.gather(*(session.run("own = mine * 10") for session in sessions))
    results = await asyncio.gather(*(session.run("own, slow(0.05, mine)") for session in sessions))
    assert [result.output for result in results] == [f"({n * 10}, {n})\n" for n in range(8)]


async def test_after_close_nothing_runs_and_no_process_is_left(sandbox: SealedSandbox, session: SealedSession) -> None:
    child, server = pid_of(session), server_of(sandbox)._server
    assert server is not None
    await session.close()
    await session.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    with pytest.raises(SandboxError, match="closed"):
        await session.run("1")
    other = await sandbox.session(FUNCTIONS, Host(), {}, Limits())
    child = pid_of(other)
    await sandbox.close()
    await sandbox.close()
    assert server.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    with pytest.raises(SandboxError):
        await other.run("1")
    with pytest.raises(SandboxError):
        await sandbox.session(FUNCTIONS, Host(), {}, Limits())


async def test_a_killed_fork_server_is_replaced(sandbox: SealedSandbox, session: SealedSession) -> None:
    await session.run("kept = 1")
    server = server_of(sandbox)._server
    assert server is not None
    server.kill()
    server.wait()
    result = await session.run("1 + 1")
    if result.status == "dead":  # it may be told of the death, or find it
        result = await session.run("1 + 1")
    assert result.output.endswith("2\n")


async def test_a_thread_that_goes_on_computing_after_its_cell_ends_the_child(
    sandbox: SealedSandbox, session: SealedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "_IDLE_SECONDS", 0.3)
    await session.run(
        "import threading\ndef spin():\n    while True: pass\nthreading.Thread(target=spin, daemon=True).start()"
    )
    pipe = session._pipe
    assert pipe is not None
    await asyncio.wait_for(pipe.closed.wait(), 30)
    result = await session.run("1 + 1")
    assert result.output.startswith(
        "[The sandbox process has ended: a thread went on computing after its cell had ended."
    )


def test_nothing_outlives_a_program_that_is_killed() -> None:
    script = (
        "import asyncio, os\nfrom rlm_tui.repl.sealed import SealedSandbox\nfrom rlm_tui.repl.protocol import Limits\n"
        "async def main():\n    sandbox = SealedSandbox()\n    session = await sandbox.session([], None, {}, Limits())\n"
        "    print(sandbox._origin._server.pid, session._process.pid, flush=True)\n"
        "    asyncio.get_running_loop().call_later(0.2, os.kill, os.getpid(), 9)\n"
        "    await session.run('while True: pass')\nasyncio.run(main())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == -9, done
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in done.stdout.split()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


async def test_a_variable_too_large_to_hand_in_is_refused_clearly(sandbox: SealedSandbox, host: Host) -> None:
    with pytest.raises(SandboxError, match="too large"):
        await sandbox.session(FUNCTIONS, host, {"context": "x" * 110_000_000}, Limits())
    large = await sandbox.session(FUNCTIONS, host, {"context": "x" * 50_000_000}, Limits())
    assert (await large.run("len(context)")).output == "50000000\n"
