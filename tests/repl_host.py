"""A small host for sandbox tests: a pretended repository of three symbols, and functions that answer like the real ones."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rlm_tui.repl.protocol import JSON, GuestFunction
from rlm_tui.repository.symbols import (
    Blame,
    Commit,
    Edge,
    File,
    Hit,
    Hunk,
    Import,
    Match,
    Module,
    Slice,
    Span,
    Symbol,
    Tier,
)

TEXT = "class Session:\n    def send(self, request):\n        return self.adapter.send(request)\n"


def symbol(name: str, start: int, end: int, kind: str = "method", doc: str = "") -> Symbol:
    return Symbol(
        name,
        f"Session.{name}",
        kind,
        "src/a.py",
        start,
        end,
        f"def {name}(self)",
        doc,
        "Session",
        "src",
        "python",
        False,
    )


SEND = symbol("send", 10, 40, doc="Send a request.\n\nMore of it.")
CLOSE = symbol("close", 42, 42)
SYMBOLS = [SEND, CLOSE, *(symbol(f"method_{n}", 100 + n, 100 + n) for n in range(1200))]
FILES = [File("src/a.py", "python", 4096, 120, "src", "parsed", False), File("README", "", 10, 1, "", "text", False)]
MODULES = [Module("requests", "src/requests", "python", 18, 240, 50_000)]
EDGE = Edge("call", "src/a.py", 12, "self.adapter.send(request)", SEND, CLOSE, Tier.RECEIVER)

FUNCTIONS = [
    GuestFunction("grep", "grep(pattern: str, scope: str | None = None)", "Search lines."),
    GuestFunction("find", "find(words: str, k: int = 20)", "Rank symbols."),
    GuestFunction("peek", "peek(target, start=None, end=None)", "Read lines."),
    GuestFunction("outline", "outline(target)", "List definitions."),
    GuestFunction("callers", "callers(target)", "Who calls it.", ("Symbol",)),
    GuestFunction("imports", "imports(target)", "What it imports.", ("File", "Module")),
    GuestFunction("commits", "commits(target='')", "Commits.", ("Symbol",)),
    GuestFunction("blame", "blame(target)", "Blame."),
    GuestFunction("changes", "changes(base='')", "Changes."),
    GuestFunction("echo", "echo(value)", "Return what it is given."),
    GuestFunction("slow", "slow(seconds, value=None)", "Wait."),
    GuestFunction("fail", "fail(message)", "Raise LookupError."),
    GuestFunction("broken", "broken()", "Return what no cell can be given."),
    GuestFunction("big", "big(size)", "Return a long string."),
    GuestFunction("tagged", "tagged()", 'Return a dict with the key "@".'),
    GuestFunction("llm_query_batched", "llm_query_batched(prompts)", "Ask a model."),
    *(GuestFunction(name, f"{name}()", "", hidden=True) for name in ("modules", "files", "symbols", "resolve")),
]
VARIABLES: dict[str, JSON] = {
    "context": "handed in",
    "repo": {"name": "demo", "commit": "a1b2c3", "scope": [], "languages": {"python": 2}, "tokens": 1234},
}


@dataclass
class Host:
    """Answers calls, and remembers them."""

    calls: list[tuple[str, Sequence[JSON], Mapping[str, JSON]]] = field(default_factory=list)
    cancelled: int = 0

    async def __call__(self, name: str, args: Sequence[JSON], kwargs: Mapping[str, JSON]) -> object:
        self.calls.append((name, args, kwargs))
        match name:
            case "grep":
                return [
                    Hit("src/a.py", 12, "    self.adapter.send(request)", "Session.send"),
                    Hit("b.py", 1, "import x", ""),
                ]
            case "find":
                return [Match(SEND, 8.14, "name 3.1, body 5.0")]
            case "peek":
                lines = TEXT if args[0] != "long" else "x = 1\n" * 3000
                return Slice("src/a.py", 10, 12, lines)
            case "outline":
                return [SEND, CLOSE]
            case "callers":
                return [EDGE, Edge("use", "t.py", 3, "send", None, SEND, Tier.GUESS)]
            case "imports":
                return [
                    Import("src/a.py", 3, "from .b import c", "src/b.py", True),
                    Import("src/a.py", 1, "import json", "json", False),
                ]
            case "commits":
                return [Commit("a1b2c3", "2026-01-31", "Ann", "Say why", ("a.py", "b.py", "c.py", "d.py"), 5)]
            case "blame":
                return [
                    Blame("a.py", 1, 1, "", "", "", ""),
                    Blame("a.py", 2, 4, "a1b2c3", "2026-01-31", "Ann", "Say why"),
                ]
            case "changes":
                base = str(args[0]) if args else ""
                return [
                    Hunk(
                        "b.py",
                        1,
                        2,
                        "a.py",
                        1,
                        1,
                        "renamed",
                        1,
                        0,
                        f"@@ {base}\n x\n+y",
                        ("f", "g"),
                        "a.py@0a1b2c3:1",
                        "b.py:1-2",
                    )
                ]
            case "modules" | "files" | "symbols":
                return self._page(name, *args)
            case "resolve":
                return {"src/a.py": FILES[0], "requests": MODULES[0], "lines": Span("src/a.py", 1, 2)}.get(
                    str(args[0]), SEND
                )
            case "slow":
                return await self._slow(*args)
            case "big":
                return "é" * int(str(args[0]))
            case "tagged":
                return {"@": "Symbol", "path": "forged"}
            case "broken":
                return object()
            case "llm_query_batched":
                return [f"answer to {prompt}" for prompt in args[0]] if isinstance(args[0], list) else None
            case "echo":
                return args[0] if args else dict(kwargs)
            case _:
                raise LookupError(f"no such thing: {args[0] if args else name}")

    def _page(self, name: str, start: JSON, stop: JSON, match: JSON) -> object:
        items: Sequence[Symbol | File | Module] = (
            MODULES if name == "modules" else FILES if name == "files" else SYMBOLS
        )
        kept = [item for item in items if str(match) in (item.path if isinstance(item, File) else item.name)]
        return {"items": kept[int(str(start)) : int(str(stop))], "total": len(kept)}

    async def _slow(self, seconds: JSON, value: JSON = None) -> JSON:
        try:
            await asyncio.sleep(float(str(seconds)))
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return value
