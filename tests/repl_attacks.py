"""Attacks on a sandbox, as data: cells that want what lies outside of it.

`SECRET_PATH`, `FOLDER`, `URL` and `HOST` (a pid) stand in every session. An attack that can tell that it got what it wanted prints
BREACH.
"""

# ruff: noqa: E501 - a table reads better with an attack a line

from __future__ import annotations

SECRET = "canary-5f0c9d1e"
NATIVE = """
from rlm_tui.repl.seal import ctypes as ct
libc = ct.CDLL(None, use_errno=True)
def call(number, *args):
    outcome = libc.syscall(ct.c_long(number), *args)
    print("BREACH" if outcome >= 0 else f"refused {ct.get_errno()}", outcome)
"""

FORGE = """
import os, struct
def forge(body, raw=b"", lengths=None):
    os.write(3, struct.pack("!II", *(lengths or (len(body), len(raw)))) + body + raw)
"""
FORGED = [
    "b'garbage'",
    "b'[]'",
    "b'{}'",
    "b'[' * 3_000_000",
    "b'[' * 90_000",
    "b'{\"t\":' + b'9' * 100_000 + b'}'",
    'b\'{"t":"done","id":1e400}\'',
    'b\'{"t":"done","id":NaN}\'',
    'b\'{"t":"ready","proof":{}}\'',
    'b\'{"t":"call","id":-1,"name":"echo","args":[],"kwargs":{}}\'',
    'b\'{"t":"call","id":1,"name":["echo"],"args":[],"kwargs":{}}\'',
    'b\'{"t":"call","id":1,"name":"echo","args":"x","kwargs":{}}\'',
    'b\'{"t":"call","id":1,"name":"echo","args":[{"@":"Symbol"}],"kwargs":{}}\'',
    'b\'{"t":"call","id":1,"name":"echo","args":[{"@":"raw","n":9}],"kwargs":{}}\'',
    'b\'{"t":"call","id":1,"name":"echo","args":["\' + bytes([92]) + b\'ud800"],"kwargs":{}}\'',
    'b\'{"t":"done","id":999,"status":"ok","error":"","output":"","omitted":0,"answer":"","ready":true,"variables":[]}\'',
    "b'{}', struct.pack('!I', 900) + b'abcde'",
    "b'{}', struct.pack('!I', 2) + bytes([255, 254])",
    "b'', lengths=(2 ** 31, 0)",
    "b'', lengths=(9, 2 ** 31)",
]

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
        "echo([0] * 500_000)",
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
        "import threading, os, time\nthreading.Timer(0.01, os._exit, [3]).start()\ntime.sleep(9)",
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
        *(f"{FORGE}\nforge({body})" for body in FORGED),
        "import os; os.write(3, b'\\0\\0\\1\\0\\0\\0\\0\\0half'); import time; time.sleep(9)",
        "import os; os.read(3, 1)",
        "import os; os.close(3)",
        "import os; os.close(0); os.close(1); os.close(2); os.closerange(0, 9)",
        "import os, threading\nfor t in threading.enumerate(): t._started.clear()\nos.write(3, b'x')",
        "m = {'t': 'call', 'id': 2, 'name': 'echo', 'args': ['x' * 1_000_000], 'kwargs': {}}\nwhile True: peek._ask.__self__._send(m, [])",
    ],
    "exhaustion": [
        "while True: pass",
        "import time\nwhile True:\n    try: time.sleep(9)\n    except BaseException: pass",
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "import signal; signal.pthread_sigmask(0, range(1, 65))\nwhile True: pass",
        "import time; time.sleep(99)",
        "import threading; e = threading.Event(); [threading.Thread(target=e.wait).start() for _ in range(100_000)]",
        "import threading\ndef spin():\n    while 1: pass\nfor _ in range(20): threading.Thread(target=spin, daemon=True).start()\nslow(30)",
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

# Number and arguments of system calls of x86_64, as native code makes them.
SYSTEM_CALLS = [
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
]
