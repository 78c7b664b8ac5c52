"""Attacks on the sealed child. None may read, write, reach, start, outlive, or harm anything outside of it.

An attack prints BREACH when it got what it wanted; whatever it prints, the host looks for itself, too: at the secret, the
folder, the listener, and whether the sandbox still works.
"""

from __future__ import annotations

import asyncio
import os
import platform
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from repl_host import FUNCTIONS, VARIABLES, Host

from rlm_tui.repl.protocol import Limits
from rlm_tui.repl.sealed import SealedSandbox, SealedSession

pytestmark = pytest.mark.skipif(platform.system() != "Linux", reason="the sealed sandbox is Linux only")
X86 = platform.machine() == "x86_64"

SECRET = "canary-5f0c9d1e"
NATIVE = """
import gc
ct = next(o for o in gc.get_objects() if type(o) is type(gc) and o.__name__ == "ctypes")
libc = ct.CDLL(None, use_errno=True)
def call(number, *args):
    outcome = libc.syscall(ct.c_long(number), *args)
    print("BREACH" if outcome >= 0 else f"refused {ct.get_errno()}", outcome)
"""

# Statements each of which must raise.
REFUSED: dict[str, list[str]] = {
    "file read": [
        "open(SECRET_PATH).read()",
        "__builtins__['open'](SECRET_PATH).read()",
        "import io; io.open(SECRET_PATH).read()",
        "import _io; _io.FileIO(SECRET_PATH).read()",
        "import os; os.read(os.open(SECRET_PATH, 0), 99)",
        "import os; os.open('/', os.O_PATH)",
        "import os; os.listdir('/')",
        "import os; list(os.scandir('/'))",
        "import os; os.stat(SECRET_PATH)",
        "import os; os.readlink('/proc/self/exe')",
        "import os; os.getcwd()",
        "import pathlib; pathlib.Path(SECRET_PATH).read_text()",
        "import linecache; linecache.checkcache(); print(linecache.getlines(SECRET_PATH)[0])",
        "import tokenize; tokenize.open(SECRET_PATH)",
        "import codecs; codecs.open(SECRET_PATH).read()",
        "import configparser; print(configparser.ConfigParser().read(SECRET_PATH)[0])",
        "import xml.etree.ElementTree as e; e.parse(SECRET_PATH)",
        "import xml.etree.ElementTree as e; print(e.fromstring('<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>').text)",
        "import importlib; importlib.import_module('antigravity')",
        "import importlib.util as u; u.spec_from_file_location('x', SECRET_PATH).loader.exec_module(type(u)('x'))",
        "import sys; next(f for f in sys.modules.values() if hasattr(f, 'open_code')).open_code(SECRET_PATH)",
        "import os; os.pread(os.open('/proc/self/mem', 0), 9, 0)",
        "import os; os.open('/proc/self/fd/0', os.O_RDWR)",
    ],
    "file write": [
        "import io; io.open(FOLDER + '/a', 'w')",
        "import os; os.mkdir(FOLDER + '/b')",
        "import os; os.symlink('/etc/passwd', FOLDER + '/c')",
        "import os; os.link(SECRET_PATH, FOLDER + '/d')",
        "import os; os.rename(SECRET_PATH, FOLDER + '/e')",
        "import os; os.unlink(SECRET_PATH)",
        "import os; os.chmod(SECRET_PATH, 0o777)",
        "import os; os.truncate(SECRET_PATH, 0)",
        "import os; os.mkfifo(FOLDER + '/f')",
        "import os; os.utime(SECRET_PATH)",
        "import os; os.setxattr(SECRET_PATH, 'user.x', b'')",
        "import os; os.chdir('/'); os.chroot('/')",
        "import os; os.memfd_create('x')",
        "import logging; logging.FileHandler(FOLDER + '/g').emit(logging.makeLogRecord({}))",
        "import os; os.ftruncate(1, 10)",
    ],
    "environment": [
        "import os; os.environ['RLM_CANARY']",
        "import os; print(next(v for v in os.environ.values() if 'canary' in v))",
        "import os; os.uname()",
        "import os; os.getlogin()",
        "import pwd; pwd.getpwuid(0)",
        "import os; os.sysconf('SC_NPROCESSORS_ONLN'); os.cpu_count(); os.getloadavg()",
    ],
    "network": [
        "import socket; socket.socket()",
        "import _socket; _socket.socket()",
        "import urllib.request; urllib.request.urlopen(URL)",
        "import http.client; http.client.HTTPConnection('127.0.0.1')",
        "import ssl",
        "import asyncio; asyncio.run(asyncio.sleep(0))",
        "import os; os.eventfd(0)",
        "import select; select.epoll()",
        "import smtplib",
    ],
    "process": [
        "import os; os.fork()",
        "import os; os.forkpty()",
        "import os; os.execv('/bin/sh', ['sh', '-c', 'touch ' + FOLDER + '/h'])",
        "import os; os.posix_spawn('/bin/sh', ['sh', '-c', 'touch ' + FOLDER + '/i'], {})",
        "import os; assert os.system('touch ' + FOLDER + '/j') == 0",
        "import os; os.popen('touch ' + FOLDER + '/k')",
        "import subprocess; subprocess.run(['touch', FOLDER + '/l'])",
        "import _posixsubprocess",
        "import multiprocessing; multiprocessing.Process(target=print).start()",
        "from concurrent.futures import ProcessPoolExecutor; ProcessPoolExecutor().submit(print).result()",
        "import pty; pty.spawn('/bin/sh')",
        "import os; os.kill(os.getppid(), 9)",
        "import os; os.kill(-1, 9)",
        "import os; os.kill(HOST, 9)",
        "import os; os.killpg(0, 9)",
        "import os, signal; signal.pidfd_send_signal(os.pidfd_open(HOST), 9)",
        "import signal; signal.raise_signal(9)",
        "import signal, threading; signal.pthread_kill(threading.main_thread().ident, 9)",
        "import signal; signal.setitimer(0, 1)",
        "import os; os.waitpid(-1, 0)",
        "import os; os.setsid()",
        "import os; os.setuid(0)",
        "import os; os.nice(-5)",
        "import os; os.sched_setaffinity(0, {0})",
        "import os; os.setpriority(0, 0, -5)",
    ],
    "descriptors": [
        "import os; os.dup(3)",
        "import os; os.pipe()",
        "import os; os.set_inheritable(3, True); os.set_blocking(3, False)",
        "import fcntl",
        "import os; os.get_terminal_size()",
        "import os; os.ttyname(0)",
        "import mmap",
        "import os; os.sendfile(3, 0, 0, 10)",
        "import os; os.fstat(3)",
        "import os; [os.read(fd, 1) for fd in (4, 5, 6, 7, 8)]",
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    ],
    "host functions": [
        "peek.__self__._ask('os.system', 'touch ' + FOLDER + '/m')",
        "peek._ask('__class__')",
        "peek._ask('_ended')",
        "echo(object())",
        "echo(float('nan'))",
        "echo(lambda: 1)",
        "echo(b'bytes')",
        "a = []; a.append(a); echo(a)",
        "echo([0] * 5_000_000)",
        "echo('x' * 40_000_000)",
        "echo(10 ** 5000)",
        "broken()",
    ],
}  # fmt: skip

# Cells that end, or abuse, the child itself; the host must get an answer within its limits and go on.
ENDED: dict[str, list[str]] = {
    "crash": [
        "import os; os._exit(0)",
        "import os; os.abort()",
        "raise SystemExit(7)",
        "import sys; sys.exit()",
        NATIVE + "ct.string_at(0)",
        NATIVE + "ct.memset(id(None), 0, 64)",
        NATIVE + "ct.pythonapi.Py_FatalError(b'x')",
        "import sys; sys.setrecursionlimit(10 ** 9)\ndef f(): f()\nf()",
        "def f(): f()\nf()",
        "import sys; sys.settrace(lambda *a: 1 / 0); x = 1\nsum(range(3))",
        "import builtins; builtins.__dict__.clear()",
        "import sys; sys.modules.clear(); import json",
        "import gc; [o.clear() for o in gc.get_objects() if type(o) is dict and o is not globals()]",
        "import threading, os\nthreading.Timer(0.01, os._exit, [3]).start()",
        "eval('(' * 5000)",
        "eval('-' * 500_000 + '1')",
        "exec('x = ' + '[' * 150 + ']' * 150)",
        "class A:\n    def __repr__(self): raise SystemExit\nA()",
        "class A(Exception):\n    def __str__(self): import os; os._exit(1)\nraise A",
        "class A(dict):\n    def get(self, *a): raise KeyboardInterrupt\nanswer = A()",
        "import sys; sys.stdout = None; print('x')",
        "print.__globals__.clear()",
        "raise KeyboardInterrupt",
        "raise GeneratorExit",
        "import re; re.match(r'(a+)+$', 'a' * 24 + 'b')",
    ],
    "forged frames": [
        "import os; os.write(3, b'garbage' * 100)",
        "import os; os.write(3, b'\\xff' * 8)",
        "import os; os.write(3, b'\\0\\0\\0\\2\\0\\0\\0\\0{}')",
        "import os; os.write(3, b'\\0\\0\\0\\2\\0\\0\\0\\0[]')",
        "import os, struct; b = b'[' * 3_000_000; os.write(3, struct.pack('!II', len(b), 0) + b)",
        "import os, struct; b = b'[' * 90_000; os.write(3, struct.pack('!II', len(b), 0) + b)",
        "import os, struct; b = b'{\"t\":' + b'9' * 100_000 + b'}'; os.write(3, struct.pack('!II', len(b), 0) + b)",
        'import os, struct; b = b\'{"t":"done","id":1e400}\'; os.write(3, struct.pack("!II", len(b), 0) + b)',
        'import os, struct; b = b\'{"t":"ready","proof":{}}\'; os.write(3, struct.pack("!II", len(b), 0) + b)',
        'import os, struct; b = b\'{"t":"call","id":-1,"name":"echo","args":[],"kwargs":{}}\'\nos.write(3, struct.pack("!II", len(b), 0) + b)',
        'import os, struct; b = b\'{"t":"call","id":1,"name":["echo"],"args":[],"kwargs":{}}\'\nos.write(3, struct.pack("!II", len(b), 0) + b)',
        'import os, struct; b = b\'{"t":"call","id":1,"name":"echo","args":"x","kwargs":{}}\'\nos.write(3, struct.pack("!II", len(b), 0) + b)',
        'import os, struct; b = b\'{"t":"call","id":1,"name":"echo","args":[{"@":"Symbol"}],"kwargs":{}}\'\nos.write(3, struct.pack("!II", len(b), 0) + b)',
        'import os, struct; b = b\'{"t":"call","id":1,"name":"echo","args":[{"@":"raw","n":9}],"kwargs":{}}\'\nos.write(3, struct.pack("!II", len(b), 0) + b)',
        'import os, struct; b = b\'{"t":"call","id":1,"name":"echo","args":["\\\\ud800"],"kwargs":{}}\'\nos.write(3, struct.pack("!II", len(b), 0) + b)',
        'import os, struct; b = b\'{"t":"done","id":999,"status":"ok","error":"","output":"","omitted":0,"answer":"","ready":true,"variables":[]}\'\nos.write(3, struct.pack("!II", len(b), 0) + b)',
        "import os, struct; os.write(3, struct.pack('!II', 2, 9) + b'{}' + struct.pack('!I', 900) + b'abcde')",
        "import os, struct; os.write(3, struct.pack('!II', 2, 6) + b'{}' + struct.pack('!I', 2) + b'\\xff\\xfe')",
        "import os; os.write(3, b'\\0\\0\\1\\0\\0\\0\\0\\0half'); import time; time.sleep(9)",
        "import os; os.read(3, 1)",
        "import os; os.close(3)",
        "import os; os.close(0); os.close(1); os.close(2); os.closerange(0, 9)",
        "import os, threading\nfor t in threading.enumerate(): t._started.clear()\nos.write(3, b'x')",
        "while True: peek._ask.__self__._send({'t': 'call', 'id': 2, 'name': 'echo', 'args': ['x' * 1_000_000], 'kwargs': {}}, [])",
    ],
    "exhaustion": [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "import signal; signal.pthread_sigmask(0, range(1, 65))\nwhile True: pass",
        "import time; time.sleep(99)",
        "import threading; e = threading.Event(); [threading.Thread(target=e.wait).start() for _ in range(100_000)]",
        "import threading\ndef spin():\n    while True: pass\n[threading.Thread(target=spin, daemon=True).start() for _ in range(20)]\nslow(30)",
        "a = []\nwhile True: a.append('x' * 1_000_000)",
        "a = 'x' * 10 ** 12",
        "b = bytearray(1 << 40)",
        "a = [0]\nwhile True: a += a",
        "d = {}\nwhile True: d[len(d)] = d.copy()",
        "10 ** 10 ** 8",
        "print('x' * 400_000_000)",
        "while True: print('x' * 1_000_000)",
        "x = int('9' * 4000) ** 3000; print(x)",
        "answer['content'] = 'x' * 60_000_000; answer['ready'] = True",
        "for i in range(100_000): globals()[f'v{i}'] = i",
        "globals()['v' * 10_000_000] = 1",
        "raise ValueError('x' * 50_000_000)",
        "import zlib; zlib.decompress(zlib.compress(bytes(200_000_000)) * 3, bufsize=1 << 40)",
    ],
}  # fmt: skip


class Target:
    """What attacks are after, and one sandbox to run them in."""

    def __init__(self, folder: Path, sandbox: SealedSandbox, listener: socket.socket) -> None:
        self.folder, self.sandbox, self.listener = folder, sandbox, listener
        self.secret = folder / "secret"
        self.host = Host()

    async def session(self, limits: Limits) -> SealedSession:
        url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        given = {"SECRET_PATH": str(self.secret), "FOLDER": str(self.folder), "URL": url, "HOST": os.getpid()}
        return await self.sandbox.session(FUNCTIONS, self.host, {**VARIABLES, **given}, limits)

    def unharmed(self) -> None:
        assert self.secret.read_text() == SECRET
        assert sorted(path.name for path in self.folder.iterdir()) == ["secret"]
        with pytest.raises(BlockingIOError):
            self.listener.accept()
        assert os.environ["RLM_CANARY"] == SECRET


@pytest.fixture
async def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Target]:
    monkeypatch.setenv("RLM_CANARY", SECRET)
    (tmp_path / "secret").write_text(SECRET)
    tmp_path.chmod(0o777)
    (tmp_path / "secret").chmod(0o666)
    sandbox = SealedSandbox()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield Target(tmp_path, sandbox, listener)
    await sandbox.close()


@pytest.mark.parametrize("group", REFUSED)
async def test_what_must_raise_raises(target: Target, group: str) -> None:
    session = await target.session(Limits(seconds=5))
    succeeded = []
    for attack in REFUSED[group]:
        result = await session.run(attack)
        if result.status != "error" or SECRET in result.output + result.error:
            succeeded.append((attack, result))
    assert not succeeded
    assert (await session.run("1 + 1")).output == "2\n"
    target.unharmed()


@pytest.mark.parametrize("group", ENDED)
async def test_a_child_may_die_but_the_host_goes_on(target: Target, group: str) -> None:
    attacks = ENDED[group]

    async def attack_all(own: list[str]) -> None:
        session = await target.session(Limits(seconds=0.7, memory=256 << 20))
        for attack in own:
            result = await asyncio.wait_for(session.run(attack), 30)
            assert "BREACH" not in result.output, (attack, result)
            assert len(result.output) < 14_000, attack
            assert len(result.error) < 9_000, attack
            if result.status == "dead":
                assert "The sandbox process has ended: " in result.error, attack
            if result.status == "dead" or not (await session.run("1 + 1")).output.endswith("2\n"):
                await session.close()  # a child that has broken itself is its own affair; the next session must work
                session = await target.session(Limits(seconds=0.7, memory=256 << 20))
            assert (await session.run("1 + 1")).output.endswith("2\n"), attack
        await session.close()

    await asyncio.gather(*(attack_all(attacks[start::4]) for start in range(4)))
    target.unharmed()


@pytest.mark.skipif(not X86, reason="the numbers are those of x86_64")
@pytest.mark.parametrize(
    "number, arguments",
    [
        (2, "SECRET_PATH.encode(), 0"),  # open
        (257, "-100, SECRET_PATH.encode(), 0"),  # openat
        (437, "-100, SECRET_PATH.encode(), ct.create_string_buffer(24), 24"),  # openat2
        (304, "0, 0, 0"),  # open_by_handle_at
        (85, "(FOLDER + '/n').encode(), 0o666"),  # creat
        (41, "2, 1, 0"),  # socket
        (53, "1, 1, 0, ct.create_string_buffer(8)"),  # socketpair
        (46, "3, ct.create_string_buffer(56), 0"),  # sendmsg
        (57, ""),  # fork
        (58, ""),  # vfork
        (56, "17, 0, 0, 0, 0"),  # clone without CLONE_THREAD
        (56, "0x10000000 | 0x10f00, 0, 0, 0, 0"),  # clone with a namespace
        (435, "ct.create_string_buffer(64), 64"),  # clone3
        (59, "b'/bin/sh', 0, 0"),  # execve
        (322, "-100, b'/bin/sh', 0, 0, 0"),  # execveat
        (62, "HOST, 9"),  # kill
        (234, "HOST, HOST, 9"),  # tgkill
        (101, "16, HOST, 0, 0"),  # ptrace
        (310, "HOST, 0, 0, 0, 0, 0"),  # process_vm_readv
        (425, "8, ct.create_string_buffer(120)"),  # io_uring_setup
        (321, "0, 0, 0"),  # bpf
        (298, "0, 0, 0, 0, 0"),  # perf_event_open
        (323, "0"),  # userfaultfd
        (250, "0, 0, 0, 0, 0"),  # keyctl
        (272, "0x10000000"),  # unshare
        (165, "b'a', b'/', b'tmpfs', 0, 0"),  # mount
        (157, "4, 1, 0, 0, 0"),  # prctl PR_SET_DUMPABLE
        (302, "0, 9, ct.create_string_buffer(16), 0"),  # prlimit64
        (9, "0, 4096, 7, 0x22, -1, 0"),  # mmap, executable
        (319, "b'x', 0"),  # memfd_create
        (29, "0, 4096, 0o1777"),  # shmget
        (317, "1, 0, 0"),  # seccomp
        (0x40000000 + 2, "SECRET_PATH.encode(), 0"),  # open, as x32: ends the process
    ],
)
async def test_native_code_gets_no_further(target: Target, number: int, arguments: str) -> None:
    session = await target.session(Limits(seconds=5))
    result = await session.run(f"{NATIVE}\ncall({number}, {arguments})")
    assert result.status == "dead" or result.output.startswith("refused"), result
    assert SECRET not in result.output
    target.unharmed()


async def test_no_other_system_call_is_let_through(target: Target) -> None:
    session = await target.session(Limits(seconds=5))
    result = await session.run(
        f"{NATIVE}\nfrom rlm_tui.repl import seccomp\nimport platform\n"
        f"arch = seccomp.ARCHITECTURES[{platform.machine()!r}]\n"
        # 335 and 336 are uretprobe and uprobe: no filter sees them, and outside of a probe they end the caller with SIGILL.
        "own = {*arch.allowed.values(), arch.clone, arch.mmap, arch.mprotect, 335, 336}\nlet = []\n"
        "for n in range(600):\n"
        "    if n not in own:\n"
        "        ct.set_errno(0); libc.syscall(ct.c_long(n), 0, 0, 0, 0, 0, 0)\n"
        "        if ct.get_errno() not in (1, 38): let.append((n, ct.get_errno()))\n"
        "print(let)"
    )
    assert result.output == "[]\n", result


async def test_a_cell_that_floods_the_host_with_calls_is_held_back_and_can_be_ended(target: Target) -> None:
    session = await target.session(Limits(seconds=5))
    flood = (
        "while True: peek._ask.__self__._send({'t': 'call', 'id': 1, 'name': 'slow', 'args': [60], 'kwargs': {}}, [])"
    )
    running = asyncio.create_task(session.run(flood))
    while len(target.host.calls) < 64:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert len(target.host.calls) < 2_000  # what was in the pipe when it was held back
    await session.interrupt()
    assert (await running).status in ("timeout", "dead")
    assert target.host.cancelled > 0
    assert (await session.run("1 + 1")).output.endswith("2\n")
