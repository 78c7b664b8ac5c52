"""Runs cells: one namespace from cell to cell, the echo of a last expression, tracebacks that point at the cell's lines.

Standard library only; runs in the child. Nothing here protects the host: the seal does. What is refused by name (`open`,
`input`, imports that are not there) is refused for the sake of the message.
"""

from __future__ import annotations

import ast
import builtins
import linecache
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import FrozenImporter, ModuleSpec
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, ModuleType

from rlm_tui.repl.guest_record import HostError
from rlm_tui.repl.output import Output, show, show_printed, size_of

_TRACEBACK = 4_000
_MARKED = 100
"""Under a longer line, no carets show where it failed: they say little, and cost as much as the line."""
_VARIABLES = 200
_OWN = str(PurePath(__file__).parent)
_LIBRARY = f"{PurePath(traceback.__file__).parent}/"


Result = dict[str, object]
"""What the host is told when a cell has ended: status, error, output, omitted, answer, ready, variables."""


class Cells:
    """The namespace of one session. `run` is called from the main thread, one cell at a time."""

    def __init__(self, functions: Mapping[str, Callable[..., object]], output: Output) -> None:
        self._output = output
        self.answer: object = {"content": "", "ready": False}
        given: dict[str, object] = {
            "answer": self.answer,
            "HostError": HostError,
            "SHOW_VARS": self.show_vars,
            "FINAL": self.final,
            "FINAL_VAR": self.final_var,
            "output_of": output.output_of,
            **functions,
        }
        if "llm_query_batched" in functions:
            given["llm_batch"] = functions["llm_query_batched"]
        self._given = given
        self.space: dict[str, object] = {"__name__": "__main__", "__builtins__": _builtins(), **given}

    def give(self, name: str, value: object) -> None:
        """Set a variable that the host hands in; it counts as the cell's own only once the cell changes it."""
        self.space[name] = self._given[name] = value

    def run(self, number: int, code: str, guard: Callable[[Callable[[], None]], None]) -> Result:
        """Run cell `number` to its end. `guard` runs a function during which alone an interrupt raises KeyboardInterrupt."""
        name = f"<cell {number}>"
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        status, error = "ok", ""
        try:
            guard(lambda: self._execute(code, name))
        except KeyboardInterrupt as interrupt:
            status, error = "interrupted", _explain(interrupt)
        except SystemExit as leave:
            status, error = (
                "error",
                f"SystemExit({_text(leave.code)[:100]}): a cell cannot end the session; to answer, set answer or use FINAL(x)",
            )
        except BaseException as failure:  # noqa: BLE001 - cells may raise anything; whatever it is, it ends the cell only
            status, error = "error", _explain(failure)
        output, omitted = self._output.take(number)
        content, ready = self._read_answer()
        return {
            "status": status, "error": error, "output": output, "omitted": omitted, "answer": content, "ready": ready,
            "variables": self.variables(),
        }  # fmt: skip

    def _execute(self, code: str, name: str) -> None:
        tree = ast.parse(code, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        if tree.body:
            exec(compile(tree, name, "exec", dont_inherit=True), self.space)  # noqa: S102
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval", dont_inherit=True), self.space)  # noqa: S307
            if value is not None:
                self.space["_"] = value
                self._output.write(show(value) + "\n")

    def _read_answer(self) -> tuple[str, bool]:
        answer = self.space.get("answer")
        if not isinstance(answer, dict):
            return ("" if answer is None else _text(answer)), False
        content = dict.get(answer, "content", "")  # a cell may have put a dict of its own making there
        return (content if isinstance(content, str) else _text(content)), dict.get(answer, "ready") is True

    def variables(self) -> list[list[str]]:
        """Return name, type and size of what the cells have set, the newest last; at most 200."""
        own = [
            [name[:100], type(value).__name__[:100], _size(value)]
            for name, value in list(self.space.items())
            if not name.startswith("_") and value is not self._given.get(name) and _made_here(value)
        ]
        return own[-_VARIABLES:]

    def show_vars(self) -> None:
        """Print the variables there are: what was handed in, then what the cells have set."""
        handed = [
            [name, type(value).__name__, size_of(value)]
            for name, value in self._given.items()
            if not callable(value) and self.space.get(name) is value
        ]
        show_printed("\n".join("  ".join(row).rstrip() for row in [*handed, *self.variables()]))

    def final(self, value: object) -> None:
        """Answer with a value and end."""
        self.space["answer"] = {"content": value if isinstance(value, str) else show(value), "ready": True}

    def final_var(self, name: object) -> None:
        """Answer with a variable, given by name or as itself, and end."""
        if isinstance(name, str) and name.isidentifier():
            if name not in self.space:
                raise NameError(f"name {name!r} is not defined; SHOW_VARS() prints the names there are")
            self.final(self.space[name])
        else:
            self.final(name)


class Method:
    """A host function as cells see it: calls the host, and shows its signature and documentation."""

    def __init__(self, ask: Callable[..., object], name: str, signature: str, doc: str) -> None:
        self._ask, self._signature = ask, signature
        self.__name__, self.__doc__ = name, doc

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Return what the host returns. Raises HostError."""
        return self._ask(self.__name__, *args, **kwargs)

    def __repr__(self) -> str:
        return f"<function {self._signature}>"


def method(ask: Callable[..., object], name: str, doc: str) -> Callable[..., object]:
    """Return a function for a record class that calls a host function with the record as its first argument."""

    def call(self: object, *args: object, **kwargs: object) -> object:
        return ask(name, self, *args, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = doc
    return call


class Absent:
    """A finder at the end of `sys.meta_path`: says why a module cannot be imported."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise ModuleNotFoundError for everything."""
        package = name.partition(".")[0]
        if package in ("numpy", "scipy", "sympy") and package not in sys.modules:
            raise ModuleNotFoundError(
                f"no module {name!r} here: it can be imported when rlm-tui is started with --math, after "
                "pip install 'rlm-tui[math]'",
                name=name,
            )
        raise ModuleNotFoundError(
            f"no module {name!r} in the sandbox: cells have the pure part of the standard library, no files, processes or "
            "network; read the repository with peek, grep and the like",
            name=name,
        )


def _builtins() -> dict[str, object]:
    def refused_open(file: object, *args: object, **kwargs: object) -> None:
        raise PermissionError(
            f"cells cannot open files ({str(file)[:100]!r}): read the repository with peek(path) or grep(pattern)"
        )

    def refused_input(prompt: object = "") -> None:
        raise EOFError("nobody can answer input() in a cell")

    def described(subject: object = None) -> None:
        signature = (
            repr(subject) if isinstance(subject, Method) else getattr(subject, "__name__", type(subject).__name__)
        )
        show_printed(f"{signature}\n{getattr(subject, '__doc__', None) or ''}".rstrip())

    replaced = {"open": refused_open, "input": refused_input, "help": described, "print": show_printed}
    return {**vars(builtins), **replaced}


def _made_here(value: object) -> bool:
    """Tell whether a value is of the cells' own making: no module, and no class or function imported from one."""
    try:
        if isinstance(value, type | FunctionType | BuiltinFunctionType):
            return value.__module__ == "__main__"
        return not isinstance(value, ModuleType)
    except BaseException:  # noqa: BLE001 - the cell's own __class__ or metaclass may raise anything
        return True


def _size(value: object) -> str:
    try:
        return size_of(value)[:100]
    except BaseException:  # noqa: BLE001 - the cell's own __len__ or repr may raise anything
        return ""


def _text(value: object) -> str:
    try:
        return show(value)
    except BaseException as failure:  # noqa: BLE001 - the cell's own repr may raise anything
        return f"<{type(value).__name__} whose repr failed: {type(failure).__name__}>"


def _explain(failure: BaseException) -> str:
    """Return the traceback, without our own frames and the lines of the standard library, at most 4,000 characters."""
    try:
        told = traceback.TracebackException.from_exception(failure, compact=True)
        _strip(told, 0)
        text = "".join(told.format())
    except BaseException as second:  # noqa: BLE001 - the cell's own __str__ may raise anything, and memory may be short
        text = f"{type(failure).__name__} (its traceback cannot be shown: {type(second).__name__})"
    if len(text) > _TRACEBACK:
        half = _TRACEBACK // 2
        text = f"{text[:half]}\n[... {len(text) - 2 * half:,} characters left out ...]\n{text[-half:]}"
    return text


def _strip(told: traceback.TracebackException, depth: int) -> None:
    """Keep what is below the first line of a cell, without our own frames and without the paths of this machine."""
    frames = list(told.stack)
    first = next((at for at, frame in enumerate(frames) if frame.filename.startswith("<cell ")), len(frames))
    told.stack[:] = [frame for frame in frames[first:] if not frame.filename.startswith(_OWN)]
    for frame in told.stack:
        frame.filename = frame.filename.removeprefix(_LIBRARY).rpartition("/site-packages/")[2]
        if len(frame.line or "") > _MARKED:
            frame.colno = frame.end_colno = None
    for link in (told.__cause__, told.__context__):
        if link is not None and depth < 20:
            _strip(link, depth + 1)


def warm(*, math: bool = False) -> None:
    """Do once, before the seal, what imports lazily: explain an exception and a syntax error.

    `math` leaves ctypes to be imported, as scipy does when it integrates; the seal does not need it to be hidden.
    """
    for code in ("1/0", "x ="):
        try:
            exec(compile(code, "<warm>", "exec"), {})  # noqa: S102
        except (ZeroDivisionError, SyntaxError) as failure:
            _explain(failure)
    for name in ("ctypes", "_ctypes", "socket", "_socket", "resource", "select"):  # of use to the seal only
        if not (math and name.endswith("ctypes")):
            sys.modules.pop(name, None)
    sys.meta_path[:] = [FrozenImporter, Absent()]
