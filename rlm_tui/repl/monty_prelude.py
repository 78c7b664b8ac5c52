"""What is run first in a Monty session: the guest objects again, in the Python that Monty has.

Monty 1.4 has classes, but no properties, no `__getattr__`, no `__len__`, no `globals()`, and no host calls within `__getitem__`.
So records carry `span` and `locator` as plain attributes; `x.source`, `x.children` and `repo[...]` are turned into function calls
before a cell runs (see `monty_code`); and the lazy sequences of `repo` become lists of up to 5,000 items. Host functions all go
through `_host(name, args, kwargs)`.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from rlm_tui.repl.combinators import source
from rlm_tui.repl.guest import RECORDS
from rlm_tui.repl.guest_record import LINE, SLICE
from rlm_tui.repl.guest_versions import written_hunk
from rlm_tui.repl.protocol import GuestFunction

_TOP = """
HostError = RuntimeError
_TIERS = {1: "tier 1 scope", 2: "tier 2 import", 3: "tier 3 receiver", 4: "tier 4 type", 5: "tier 5 guess"}
answer = {"content": "", "ready": False}

def _span(path, start, end):
    return path + ":" + str(start) if start == end else path + ":" + str(start) + "-" + str(end)

def _clip(line):
    line = " ".join(line.splitlines())
    return line if len(line) <= LINE else line[:LINE - 1] + "…"

def _line(r):
    k = r.record
    if k == "File":
        return r.path + "  " + (r.language or "-") + "  " + str(r.lines) + " lines"
    if k == "Module":
        return f"{r.name}  {r.path or '.'}  {r.language or '-'}  {r.files:,} files  {r.symbols:,} symbols  ~{r.tokens:,} tokens"
    if k == "Symbol":
        return (r.span + "  " + r.kind + " " + r.qualified + "  " + r.doc.strip().split("\\n")[0]).rstrip()
    if k == "Match":
        return f"{r.span}  {r.kind} {r.qualified}  score {r.score:.1f} ({r.why})"
    if k == "Hit":
        return r.span + "  [" + r.symbol + "]  " + r.text.strip()
    if k == "Edge":
        source = r.source.qualified if r.source is not None else "<file>"
        far = f"[{r.distance} uses away]  " if r.distance > 1 else ""
        return f"{r.span}  {source} -> {r.target.qualified}  {r.kind}, {_TIERS.get(r.tier, r.tier)}  {far}{r.text}"
    if k == "Remark":
        return f"{r.span}  {r.symbol.kind} {r.qualified}  {r.text}"
    if k == "Cycle":
        return f"{r.span}  {r.kind} import cycle of {len(r.files)} files: -> " + " -> ".join(r.circle[1:] + [r.path])
    if k == "Setting":
        default = " = " + r.default if r.default else ""
        return f"{r.span}  [{r.symbol}]  {r.kind} {r.name}{default}  {r.text.strip()}"
    if k == "Commit":
        more = f" and {r.total - 3} more" if r.total > 3 else ""
        return f"{r.id}  {r.date}  {r.author}  {r.subject}  [{', '.join(r.files[:3])}{more}]"
    if k == "Blame":
        told = f"{r.commit}  {r.date}  {r.author}  {r.subject}" if r.commit else "not committed yet"
        return f"{r.span}  {told}"
    if k == "Hunk":
        where = " from " + r.old_path if r.old_path else ""
        note = f"+{r.added} -{r.removed}" if r.added or r.removed else r.text
        return f"{r.span}  {r.status}{where}  {note}  {', '.join(r.symbols)}".rstrip()
    return r.span + "  imports " + r.target + ("" if r.inside else " (outside)") + "  " + r.text

def _lines(r):
    rows = [r.locator]
    room = SLICE - len(r.locator)
    lines = r.text.splitlines()
    number = r.start
    for line in lines:
        row = f"{number:5}  {line}"
        room -= len(row) + 1
        if room < 0:
            left = len(lines) - (number - r.start)
            rows.append(f"[... {left:,} more lines: peek({r.path!r}, {number}, {r.end}), or .text]")
            break
        rows.append(row)
        number += 1
    return "\\n".join(rows)

def _record(r, kind, fields):
    r.record = kind
    for name, value in fields.items():
        if name != "@":
            setattr(r, name, value)
    if kind in ("Match", "Remark"):
        for name in ("path", "start", "end", "span", "name", "qualified", "kind", "signature", "doc", "module", "locator"):
            setattr(r, name, getattr(r.symbol, name))
    elif kind == "Module":
        r.locator = r.path or r.name
    elif kind == "File":
        r.locator = r.path
        r.span = _span(r.path, 1, max(1, r.lines))
    elif kind == "Commit":
        r.locator = r.id
    elif kind in ("Blame", "Hunk"):
        r.span = _span(r.path, r.start, r.end) if r.end else r.path
        r.locator = r.span
    elif kind in ("Symbol", "Slice"):
        r.span = _span(r.path, r.start, r.end)
        r.locator = r.path + "::" + r.qualified + "@" + str(r.start) if kind == "Symbol" else r.span
    else:
        r.span = r.path + ":" + str(r.line)
        r.locator = r.span
    r.shown = _lines(r) if kind == "Slice" else _clip(_line(r))
    r.written = written_hunk(r) if kind == "Hunk" else r.shown

def _wrap(v):
    if isinstance(v, list):
        return [_wrap(item) for item in v]
    if isinstance(v, dict):
        if "@" not in v:
            return {key: _wrap(item) for key, item in v.items()}
        if v["@"] == "dict":
            return {item[0]: _wrap(item[1]) for item in v["items"]}
        return _KINDS[v["@"]]({key: _wrap(item) for key, item in v.items()})
    return v

def _is_record(v):
    for kind in _KINDS.values():
        if isinstance(v, kind):
            return True
    return False

def _hand(v):
    if isinstance(v, dict):
        return {str(key): _hand(item) for key, item in v.items()}
    if isinstance(v, (list, tuple, set)):
        return [_hand(item) for item in v]
    return v.locator if _is_record(v) else v

def _ask(name, args, kwargs):
    return _wrap(_host(name, _hand(args), _hand(kwargs)))

def _get(v, name):
    if isinstance(v, Repo) and name in ("modules", "files", "symbols"):
        return _ask(name, [0, 5000, ""], {})["items"]
    if not _is_record(v) or name not in ("source", "children") or (v.record == "Edge" and name == "source"):
        return getattr(v, name)
    if v.record == "Commit" and name == "source":
        return _ask("changes", [v.id + "^!"], {})
    return _ask("peek" if name == "source" else "outline", [v], {})

def text_of(v):
    if not _is_record(v):
        return str(v)
    if v.record == "Module":
        raise ValueError(v.name + " is a module, which is no text: split(" + repr(v.locator) + ") cuts it into slices")
    if v.record in ("Match", "Remark", "Edge"):
        v = v.target if v.record == "Edge" else v.symbol
    if v.record not in ("Symbol", "File", "Slice"):
        return str(v)
    s = v if v.record == "Slice" else _ask("peek", [v], {})
    rows = [s.locator]
    number = s.start
    for line in s.text.splitlines():
        rows.append(f"{number:5}  {line}")
        number += 1
    return "\\n".join(rows)

def _resolve(name):
    return _ask("resolve", [name], {})

def _all_records(v):
    if not isinstance(v, (list, tuple)) or not v:
        return False
    for item in v:
        if not _is_record(item):
            return False
    return True

def _show(v):
    return "\\n".join([item.shown for item in v]) if _all_records(v) else _alone(v) if _is_record(v) else repr(v)

def _alone(r):
    return r.written[:SLICE] if r.record == "Hunk" else r.shown

_print = print

def print(*values, sep=" ", end="\\n", file=None, flush=False):
    texts = [_alone(v) if _is_record(v) else _show(v) if _all_records(v) else str(v) for v in values]
    _print((" " if sep is None else sep).join(texts), end="\\n" if end is None else end)

def _echo(v):
    if v is not None:
        _print(_show(v))

def _size(v):
    if isinstance(v, str):
        return f"{len(v):,} characters"
    if isinstance(v, (list, tuple, dict, set)):
        return f"{len(v):,} items"
    return v.shown[:80] if _is_record(v) else ""

def _table(_names):  # eval sees these locals; cells' names that begin with _ are not listed
    _rows = []
    for _name in _names:
        try:
            _value = eval(_name)
            _rows.append([_name, type(_value).__name__, _size(_value)])
        except NameError:
            pass
    return _rows

def _end(names):
    content = answer.get("content", "") if isinstance(answer, dict) else answer
    text = content if isinstance(content, str) else "" if content is None else _show(content)
    return [text, isinstance(answer, dict) and answer.get("ready") is True, _table(names)]

def SHOW_VARS():
    _print("\\n".join(["  ".join(row).rstrip() for row in _table(_host("_names", [], {}))]))

def FINAL(v):
    answer["content"] = v if isinstance(v, str) else _show(v)
    answer["ready"] = True

def FINAL_VAR(_name):
    FINAL(eval(_name) if isinstance(_name, str) and _name.isidentifier() else _name)

def output_of(cell):
    return _host("output_of", [cell], {})

class Repo:
    def __init__(self, facts):
        for name, value in facts.items():
            setattr(self, name, value)

    def __repr__(self):
        return f"{self.name}@{self.commit}  ~{self.tokens:,} tokens"
"""

_CLASS = """
class {name}:
    def __init__(self, fields):
        _record(self, "{name}", fields)

    def __repr__(self):
        return self.shown

    def __str__(self):
        return self.written

    def __eq__(self, other):
        return isinstance(other, {name}) and self.locator == other.locator and self.shown == other.shown

    def __hash__(self):
        return hash(self.shown)
"""

_METHOD = """
    def {name}(self, *args, **kwargs):
        return _ask("{name}", [self, *args], kwargs)
"""

_FUNCTION = """
def {name}(*args, **kwargs):
    return _ask("{name}", args, kwargs)
"""


def prelude(functions: Sequence[GuestFunction]) -> str:
    """Return the prelude for a session with these host functions."""
    pieces = [f"LINE = {LINE}\nSLICE = {SLICE}\n", inspect.getsource(written_hunk), _TOP]
    for kind in RECORDS:
        pieces.append(_CLASS.format(name=kind))
        pieces += [_METHOD.format(name=function.name) for function in functions if kind in function.owners]
    pieces.append("\n_KINDS = {" + ", ".join(f'"{kind}": {kind}' for kind in RECORDS) + "}\n")
    pieces += [_FUNCTION.format(name=function.name) for function in functions if not function.hidden]
    if any(function.name == "llm_query_batched" for function in functions):
        pieces.append("\nllm_batch = llm_query_batched\n")
    if any(function.name == "plan_queries" for function in functions):
        pieces += [_FUNCTION.format(name="plan_queries"), source()]
    return "".join(pieces)
