"""A warm Python that forks a sealed child per session. Run as a script: `python -I -S fork_server.py FD`, empty environment.

Folders after FD are those from which numpy, scipy and sympy are loaded. With `alone MEMORY` in place of FD it forks nothing,
but seals itself and serves one session on its standard input and output.

Standard library only. FD is one end of a Unix socket pair of type SOCK_SEQPACKET; the other is the program's. A request is a
JSON packet `{"id", "memory", "landlock"}` with one descriptor, the child's pipe; the reply `{"id", "pid"}` brings a pidfd,
through which the program signals the child without any race. `{"exited": pid, "status": n}` tells how a child ended. When the
program's end closes, every child is killed and the server ends.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
import warnings
from pathlib import Path

# What cells may import. A sealed child can read no file, so that everything it will ever need is imported here, with what
# these modules import lazily themselves.
MODULES = """
abc argparse array ast base64 binascii bisect builtins calendar cmath codecs collections collections.abc colorsys
concurrent.futures concurrent.futures.thread configparser contextlib contextvars copy copyreg csv dataclasses datetime decimal
difflib dis enum errno fnmatch fractions functools gc graphlib hashlib heapq hmac html html.parser importlib inspect io
ipaddress itertools json json.tool keyword linecache locale logging math numbers opcode operator os os.path pathlib pprint queue
random re reprlib secrets shlex stat statistics string stringprep struct symtable sys textwrap threading time token tokenize
tomllib traceback types typing unicodedata urllib.parse uuid warnings weakref xml.etree.ElementTree zlib
_strptime _json _decimal _pydecimal _pylong _colorize _compat_pickle encodings.idna encodings.latin_1 encodings.ascii
encodings.utf_16 encodings.utf_16_le encodings.utf_32 encodings.utf_8_sig encodings.unicode_escape encodings.raw_unicode_escape
encodings.cp1252 encodings.hex_codec encodings.rot_13 encodings.base64_codec string.templatelib annotationlib
"""
MATH = ("numpy", "scipy", "sympy")
_NO_SUMS = frozenset(
    [
        "tests",
        "testing",
        "conftest",
        "f2py",
        "distutils",
        "benchmarks",
        "plotting",
        "pyglet",
        "setup",
        "__main__",
        "_examples",
    ]
)


def _import_math(folders: list[str]) -> int:
    """Load all of the packages that are there, since they load parts of themselves on first use.

    Returns the bytes of address space that this process has taken by then.
    """
    sys.path.extend(folders)
    warnings.simplefilter("ignore")
    for package in MATH:
        _import_package(package)
    del sys.path[-len(folders) :]
    os.environ.clear()
    return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _import_package(name: str) -> None:
    try:
        package = importlib.import_module(name)
    except Exception:  # noqa: BLE001 - not installed, or a part that wants what is not there; cells are told that it is missing
        return
    for module in pkgutil.iter_modules(getattr(package, "__path__", [])):
        if module.name not in _NO_SUMS:
            _import_package(f"{name}.{module.name}")


def _import_all() -> None:
    # Appended, so that nothing beside the package can stand in for a module of the standard library.
    root = str(Path(__file__).resolve().parents[2])
    sys.path.append(root)
    importlib.import_module("rlm_tui.repl.child")
    sys.path.remove(root)
    for name in MODULES.split():
        with contextlib.suppress(ImportError):  # some are not in every version
            importlib.import_module(name)


def serve(control: socket.socket, taken: int) -> None:
    """Answer requests until the program closes its end. A child may use `taken` bytes more than is asked for."""
    from rlm_tui.repl import cells, seal  # importable only now that `_import_all` has found them

    seal.prepare()
    cells.warm(math=taken > 0)
    gc.freeze()  # what is imported is never collected, so that collections in a child leave its pages shared
    threading.stack_size(1 << 20)  # a child's address space is limited, and eight megabytes a thread would fill it
    wake, wake_write = os.pipe()
    for end in (wake, wake_write):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(wake_write)
    children: dict[int, int] = {}
    control.send(b'{"ready":true}')
    while True:
        ready, _, _ = select.select([control.fileno(), wake], [], [])
        if wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)
            _reap(control, children)
        if control.fileno() in ready:
            packet, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
            if not packet:
                break
            request = json.loads(packet)
            request["memory"] += taken
            _fork(control, request, descriptors[0], children)
    for pidfd in children.values():
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)


def _fork(control: socket.socket, request: dict[str, int], pipe: int, children: dict[int, int]) -> None:
    parent = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        os.close(pipe)
        control.send(json.dumps({"id": request["id"], "failed": f"fork: {error.strerror}"}).encode())
        return
    if pid == 0:
        try:
            _become_child(pipe, request, parent)
        finally:
            os._exit(70)
    os.close(pipe)
    try:
        children[pid] = os.pidfd_open(pid)
    except OSError as error:  # before Linux 5.3, or where a container forbids it
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        control.send(json.dumps({"id": request["id"], "failed": f"pidfd_open: {error.strerror}"}).encode())
        return
    socket.send_fds(control, [json.dumps({"id": request["id"], "pid": pid}).encode()], [children[pid]])


def _become_child(pipe: int, request: dict[str, int], parent: int) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(0, 2)  # standard error is the program's while the server starts; 0 is /dev/null
    os.dup2(pipe, 3)
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))
    from rlm_tui.repl import child

    child.main(request["memory"], parent, 3, 3, landlock=bool(request["landlock"]))


def alone(memory: int) -> None:
    """Seal this very process, and serve one session on descriptors 0 and 1. Never returns."""
    from rlm_tui.repl import cells, child, seal

    seal.prepare()
    cells.warm()
    threading.stack_size(1 << 20)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    child.main(memory, os.getppid(), 0, 1)


def _reap(control: socket.socket, children: dict[int, int]) -> None:
    for pid in list(children):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            os.close(children.pop(pid))
            with contextlib.suppress(OSError):  # the program may have closed its end, which the next read tells
                control.send(json.dumps({"exited": pid, "status": os.waitstatus_to_exitcode(status)}).encode())


if __name__ == "__main__":
    _import_all()
    if sys.argv[1] == "alone":
        alone(int(sys.argv[2]))
    serve(socket.socket(fileno=int(sys.argv[1])), _import_math(sys.argv[2:]) if sys.argv[2:] else 0)
