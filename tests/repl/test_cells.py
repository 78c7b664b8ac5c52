"""Typical cells and what they print, in the sealed child and, as far as it can, in Monty."""

# ruff: noqa: E501 - a table reads better with a cell a line

from __future__ import annotations

import platform
from typing import NamedTuple

import pytest
from repl_host import FUNCTIONS, VARIABLES, Host

from rlm_tui.repl.monty import MontySandbox
from rlm_tui.repl.protocol import Limits
from rlm_tui.repl.sealed import SealedSandbox

needs_linux = pytest.mark.skipif(platform.system() != "Linux", reason="the sealed sandbox is Linux only")
SEND = "src/a.py:10-40  method Session.send  Send a request."


ANY = "..."


class Cell(NamedTuple):
    """Code, what it prints, and whether Monty prints the same."""

    code: str
    output: str
    monty: bool = True


PLAIN = [
    Cell("1 + 1", "2\n"),
    Cell("x = 5", ""),
    Cell("x * 2", "10\n"),
    Cell("None", ""),
    Cell("'text'", "'text'\n"),
    Cell("print('a', 'b', sep='-', end='!\\n')", "a-b!\n"),
    Cell("print()", "\n"),
    Cell("for i in range(3):\n    print(i)", "0\n1\n2\n"),
    Cell("def double(n):\n    return n * 2\ndouble(4)", "8\n"),
    Cell("double(x)", "10\n"),
    Cell("def fact(n): return 1 if n < 2 else n * fact(n - 1)\nfact(20)", "2432902008176640000\n"),
    Cell("[n * n for n in range(5) if n % 2]", "[1, 9]\n"),
    Cell("{k: len(k) for k in ['a', 'bb']}", "{'a': 1, 'bb': 2}\n"),
    Cell("sorted({3, 1, 2})", "[1, 2, 3]\n"),
    Cell("rows = [('b', 2), ('a', 2), ('c', 1)]\nsorted(rows, key=lambda r: (-r[1], r[0]))", "[('a', 2), ('b', 2), ('c', 1)]\n"),
    Cell("max(rows, key=lambda r: r[1])", "('b', 2)\n"),
    Cell("sum(n for _, n in rows)", "5\n"),
    Cell("f'{3.14159:.2f} {42:>6,} {\"a\"!r:<5}|'", "\"3.14     42 'a'  |\"\n"),
    Cell("a, *b = [1, 2, 3]\nb", "[2, 3]\n"),
    Cell("'a,b,,c'.split(',')", "['a', 'b', '', 'c']\n"),
    Cell("list(zip('ab', [1, 2]))", "[('a', 1), ('b', 2)]\n"),
    Cell("list(enumerate('ab', 1))", "[(1, 'a'), (2, 'b')]\n"),
    Cell("any(n > 2 for n in [1, 2, 3]), all([])", "(True, True)\n"),
    Cell("try:\n    {}['k']\nexcept KeyError as e:\n    print('missing', e)", "missing 'k'\n"),
    Cell("try:\n    int('x')\nexcept ValueError:\n    pass", ""),
    Cell("n = 0\nwhile True:\n    n += 1\n    if n > 3: break\nn", "4\n"),
    Cell("import json\njson.dumps({'a': [1, None, True]})", "'{\"a\": [1, null, true]}'\n"),
    Cell("json.loads('[1, 2.5, \"x\"]')", "[1, 2.5, 'x']\n"),
    Cell("import re\nre.findall(r'def (\\w+)', 'def a(): pass\\ndef b(): pass')", "['a', 'b']\n"),
    Cell("re.sub(r'\\s+', ' ', 'a   b')", "'a b'\n"),
    Cell("from collections import Counter\nCounter('abracadabra').most_common(2)", "[('a', 5), ('b', 2)]\n"),
    Cell("from collections import defaultdict\nd = defaultdict(list)\nd['a'].append(1)\ndict(d)", "{'a': [1]}\n"),
    Cell("def total():\n    return sum(ns)\nns = [1, 2]\ntotal()", "3\n"),
    Cell("fs = [lambda n=n: n for n in range(3)]\n[f() for f in fs]", "[0, 1, 2]\n"),
    Cell("k = 3\n[[k * j for j in range(2)] for _ in range(2)]", "[[0, 3], [0, 3]]\n"),
    Cell("if (m := 10) > 5: print(m)", "10\n"),
    Cell("match {'kind': 'class'}:\n    case {'kind': kind}: print(kind)", "class\n"),
    Cell("print('é ü 漢')", "é ü 漢\n"),
    Cell("", ""),
    Cell("# nothing but a comment", ""),
    Cell("print('tail without a newline', end='')", "tail without a newline"),
    Cell("1 if x else 2; 'second'", "'second'\n"),
    Cell("global_before = 1\ndef bump():\n    global global_before\n    global_before += 1\nbump(); global_before", "2\n"),
    Cell("print('\\x1b[31mred\\x1b]52;c;QQ==\\x07')", "[31mred]52;c;QQ==\n"),
    Cell("print('abc\\u202edef')", "abcdef\n"),
    Cell("class P:\n    def __init__(self, a): self.a = a\n    def __repr__(self): return f'P({self.a})'\nP(3)", "P(3)\n"),
    Cell("from dataclasses import dataclass\n@dataclass\nclass Q:\n    a: int\n    b: str = 'x'\nQ(1)", "Q(a=1, b='x')\n"),
    # beyond Monty
    Cell("class A(Exception): pass\ntry:\n    raise A('mine')\nexcept A as e:\n    print(repr(e))", "A('mine')\n", False),
    Cell("def squares():\n    for n in range(3): yield n * n\nlist(squares())", "[0, 1, 4]\n", False),
    Cell("class Base:\n    @property\n    def p(self): return 7\nclass Sub(Base): pass\nSub().p", "7\n", False),
    Cell("import math, itertools, functools, statistics\nfunctools.reduce(lambda a, b: a * b, [1, 2, 3])", "6\n", False),
    Cell("statistics.median([1, 5, 3])", "3\n", False),
    Cell("import itertools\nlist(itertools.islice(itertools.count(2), 3))", "[2, 3, 4]\n"),
    Cell("import textwrap\ntextwrap.shorten('some long text here', 12)", "'some [...]'\n", False),
    Cell("import difflib\ndifflib.get_close_matches('sned', ['send', 'close'])", "['send']\n", False),
    Cell("import ast\n[n.name for n in ast.walk(ast.parse('def f(): pass')) if isinstance(n, ast.FunctionDef)]", "['f']\n", False),
    Cell("import datetime\ndatetime.datetime.strptime('2026-01-02', '%Y-%m-%d').isoformat()", "'2026-01-02T00:00:00'\n"),
    Cell("import heapq, bisect\nheapq.nlargest(2, [5, 1, 9])", "[9, 5]\n", False),
    Cell("from fractions import Fraction\nfrom decimal import Decimal\nFraction(1, 3), Decimal('0.1') * 3", "(Fraction(1, 3), Decimal('0.3'))\n", False),
    Cell("import enum\nclass E(enum.Enum): A = 1\nE.A", "<E.A: 1>\n", False),
    Cell("import random\nrandom.seed(1); random.randint(1, 6) in range(1, 7)", "True\n"),
    Cell("import hashlib\nhashlib.sha256(b'x').hexdigest()[:8]", "'2d711642'\n"),
    Cell("import csv, io\nlist(csv.reader(io.StringIO('a,b\\n1,2')))", "[['a', 'b'], ['1', '2']]\n", False),
    Cell("import base64, zlib, struct, binascii\nbase64.b64encode(b'hi')", "b'aGk='\n", False),
    Cell("from pathlib import PurePosixPath as P\nP('src/a.py').suffix", "'.py'\n", False),
    Cell("import os.path\nos.path.join('a', 'b')", "'a/b'\n"),
    Cell("import string, operator\nsorted([{'n': 2}, {'n': 1}], key=operator.itemgetter('n'))", "[{'n': 1}, {'n': 2}]\n", False),
    Cell("import tomllib\ntomllib.loads('a = 1')", "{'a': 1}\n"),
    Cell("import xml.etree.ElementTree as e\ne.fromstring('<a><b/></a>')[0].tag", "'b'\n", False),
    Cell("'ß'.encode('latin-1'), 'x'.encode('utf-16-le')", "(b'\\xdf', b'x\\x00')\n", False),
    Cell("'\\N{BULLET}'", "'•'\n"),
    Cell("from typing import NamedTuple\nclass N(NamedTuple):\n    a: int\nN(1)", "N(a=1)\n", False),
    Cell("from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as pool: print(list(pool.map(echo, range(5))))", "[0, 1, 2, 3, 4]\n", False),
    Cell("import threading\nt = threading.Thread(target=lambda: print('in a thread')); t.start(); t.join()", "in a thread\n", False),
    Cell("import contextlib\nwith contextlib.suppress(ZeroDivisionError): 1 / 0", "", False),
    Cell("import sys\nprint('to stderr', file=sys.stderr)", "to stderr\n"),
    Cell("import io\nb = io.StringIO(); print('kept', file=b); b.getvalue()", "'kept\\n'\n", False),
    Cell("_ = 3\n'x' * _", "'xxx'\n"),
    Cell("(i for i in range(3))\n_ is not None", "True\n"),
    Cell("del x\n'x' in globals()", "False\n", False),
    Cell("import time\nstart = time.time(); time.sleep(0.01); time.time() > start", "True\n", False),
    Cell("import pprint\npprint.pprint({'a': 1})", "{'a': 1}\n", False),
    Cell("print(*(str(n) for n in range(3)), sep='\\n')", "0\n1\n2\n"),
    Cell("import logging\nlogging.getLogger('x').warning('careful')", "careful\n", False),
    Cell("import inspect\ninspect.signature(lambda a, *, b=1: 0)", "<Signature (a, *, b=1)>\n", False),
    Cell("import copy, uuid, calendar, html, urllib.parse\nurllib.parse.quote('a b'), html.escape('<')", "('a%20b', '&lt;')\n", False),
    Cell("[{'name': 'a' * 60, 'n': 1}, {'name': 'b' * 60, 'n': 2}]", "[{'name': '" + "a" * 60 + "', 'n': 1},\n {'name': '" + "b" * 60 + "', 'n': 2}]\n", False),
]  # fmt: skip

HUNK = "@@ old a.py@0a1b2c3:1  new b.py:1-2  f, g\n    1     1   x\n          2 + y"
RECORDS = [
    Cell("s = repo['Session.send']\ns", SEND + "\n"),
    Cell("print(s); str(s) == repr(s)", SEND + "\nTrue\n"),
    Cell("f'{s}'", repr(SEND) + "\n"),
    Cell("s.name, s.qualified, s.kind, s.path, s.start, s.end", "('send', 'Session.send', 'method', 'src/a.py', 10, 40)\n"),
    Cell("s.span, s.module, s.language, s.is_test, s.parent", "('src/a.py:10-40', 'src', 'python', False, 'Session')\n"),
    Cell("s.source", "src/a.py:10-12\n   10  class Session:\n   11      def send(self, request):\n   12          return self.adapter.send(request)\n"),
    Cell("s.source.text.splitlines()[0]", "'class Session:'\n"),
    Cell("len(peek(s).text)", "86\n"),
    Cell("echo(s)", "'src/a.py::Session.send@10'\n"),
    Cell("echo([s, {'k': s.source}])", "['src/a.py::Session.send@10', {'k': 'src/a.py:10-12'}]\n"),
    Cell("s.children", SEND + "\nsrc/a.py:42  method Session.close\n"),
    Cell("[c.name for c in s.children]", "['send', 'close']\n"),
    Cell("s.commits()", "a1b2c3  2026-01-31  Ann  Say why  [a.py, b.py, c.py and 2 more]\n"),
    Cell("blame('a.py')", "a.py:1  not committed yet\na.py:2-4  a1b2c3  2026-01-31  Ann  Say why\n"),
    Cell("c = commits()[0]\nprint(c.files[3], c.total)\nc.source", "d.py 5\nb.py:1-2  renamed from a.py  +1 -0  f, g\n"),
    Cell("h = changes('main')[0]\nprint(h)\nprint(str(h) + '!')\nh.symbols", HUNK + "\n" + HUNK + "!\n['f', 'g']\n"),
    Cell("h", HUNK + "\n"),
    Cell("s.callers()", "src/a.py:12  Session.send -> Session.close  call, tier 3 receiver  self.adapter.send(request)\nt.py:3  <file> -> Session.send  use, tier 5 guess  send\n"),
    Cell("e = s.callers()[0]\ne.source", SEND + "\n"),
    Cell("e.target.name, e.tier, e.kind, e.line, echo(e)", "('close', 3, 'call', 12, 'src/a.py:12')\n"),
    Cell("grep('send')", "src/a.py:12  [Session.send]  self.adapter.send(request)\nb.py:1  []  import x\n"),
    Cell("[(h.path, h.line, h.symbol) for h in grep('send')]", "[('src/a.py', 12, 'Session.send'), ('b.py', 1, '')]\n"),
    Cell("m = find('send')[0]\nm", "src/a.py:10-40  method Session.send  score 8.1 (name 3.1, body 5.0)\n"),
    Cell("m.symbol, m.path, m.span", "(" + SEND + ", 'src/a.py', 'src/a.py:10-40')\n"),
    Cell("echo(m)", "'src/a.py::Session.send@10'\n"),
    Cell("f = repo['src/a.py']\nf", "src/a.py  python  120 lines\n"),
    Cell("f.imports()", "src/a.py:3  imports src/b.py  from .b import c\nsrc/a.py:1  imports json (outside)  import json\n"),
    Cell("repo['requests'].files, repo['requests'].symbols", "(18, 240)\n"),
    Cell("repo['requests']", "requests  src/requests  python  18 files  240 symbols  ~50,000 tokens\n"),
    Cell("repo['lines']", "'src/a.py:1-2'\n"),
    Cell("repo.name, repo.commit, repo.languages, repo.tokens", "('demo', 'a1b2c3', {'python': 2}, 1234)\n"),
    Cell("for x in repo.files: print(x)", "src/a.py  python  120 lines\nREADME  -  1 lines\n"),
    Cell("repo.modules[0]", "requests  src/requests  python  18 files  240 symbols  ~50,000 tokens\n"),
    Cell("len(repo.symbols)", "1202\n"),
    Cell("repo.symbols[1:2]", "src/a.py:42  method Session.close\n"),
    Cell("sum(1 for _ in repo.symbols)", "1202\n"),
    Cell("repo.symbols[-1].name, repo.symbols[0].name", "('method_1199', 'send')\n"),
    Cell("print('before', s.callers())", "before src/a.py:12  Session.send -> Session.close  call, tier 3 receiver  self.adapter.send(request)\nt.py:3  <file> -> Session.send  use, tier 5 guess  send\n"),
    Cell("s == repo['Session.send'], s in [s], len({s, s})", "(True, True, 1)\n"),
    Cell("tagged()", "{'@': 'Symbol', 'path': 'forged'}\n"),
    Cell("echo({'@': 'File', 'n': [1, {'@': 2}]})", "{'@': 'File', 'n': [1, {'@': 2}]}\n"),
    Cell("len(big(100_000)), big(600)[:2]", "(100000, 'éé')\n"),
    Cell("echo('x' * 600) == 'x' * 600", "True\n"),
    Cell("try:\n    fail('that')\nexcept HostError as error:\n    print('caught', error)", "caught no such thing: that\n"),
    Cell("llm_batch(['a', 'b'])", "['answer to a', 'answer to b']\n"),
    Cell("echo(k=1, w=[2])", "{'k': 1, 'w': [2]}\n"),
    Cell("context", "'handed in'\n"),
    Cell("SHOW_VARS", ANY, False),
    # beyond Monty
    Cell("('Why?\\n' + s.source + '!')[:19], (s.source + '')[-1]", "('Why?\\nsrc/a.py:10-12', ')')\n", False),
    Cell("for use in (list, sorted, lambda x: x[0]):\n    try: use(s.source)\n    except TypeError as error: print(str(error)[:42])", "a Slice is no list: .text.splitlines() are\n" * 3, False),
    Cell("try: repo.files['a.py']\nexcept TypeError as error: print(error)", "repo.files is a sequence: repo['a.py'] finds one by name, .filter(text) several\n", False),
    Cell("repo.symbols.filter('method_119')", "11 symbols\n" + "".join(f"src/a.py:{100 + n}  method Session.method_{n}\n" for n in [119, *range(1190, 1199)]) + "[... 1 more: slice, iterate or .filter(text)]\n", False),
    Cell("repo", "demo@a1b2c3  python 2  ~1,234 tokens\n", False),
    Cell("repo.grep('send')[0].line", "12\n", False),
    Cell("sorted([repo.symbols[1], s])[0].name", "'send'\n", False),
    Cell("len(repr(peek('long'))) <= 8_100, repr(peek('long'))[-11:]", "(True, ', or .text]')\n", False),
    Cell("f\"{peek('long')}\" == str(peek('long')), len(str(peek('long'))) > 8_100", "(True, True)\n", False),
    Cell("grep", "<function grep(pattern: str, scope: str | None = None)>\n", False),
    Cell("help(grep)", "<function grep(pattern: str, scope: str | None = None)>\nSearch lines.\n", False),
    Cell("isinstance(s, Symbol), type(s).__name__", "(True, 'Symbol')\n", False),
    Cell("try:\n    s.nope\nexcept AttributeError as error:\n    print(str(error)[:30])", "Symbol has no attribute 'nope'\n", False),
    Cell("import json\njson.dumps([x.span for x in repo.symbols[:2]])", "'[\"src/a.py:10-40\", \"src/a.py:42\"]'\n"),
    Cell("{str(k): v for k, v in {s: 1}.items()}", "{'" + SEND + "': 1}\n", False),
]  # fmt: skip


@pytest.mark.parametrize("cells", [PLAIN, RECORDS], ids=["plain", "records"])
@needs_linux
async def test_sealed(cells: list[Cell]) -> None:
    sandbox = SealedSandbox()
    session = await sandbox.session(FUNCTIONS, Host(), VARIABLES, Limits())
    wrong = []
    for cell in cells:
        result = await session.run(cell.code)
        if result.error or cell.output not in (result.output, ANY):
            wrong.append((cell, result))
    await sandbox.close()
    assert not wrong


@pytest.mark.parametrize("cells", [PLAIN, RECORDS], ids=["plain", "records"])
async def test_monty(cells: list[Cell]) -> None:
    pytest.importorskip("pydantic_monty")
    sandbox = MontySandbox()
    session = await sandbox.session(FUNCTIONS, Host(), VARIABLES, Limits())
    wrong = []
    for cell in cells:
        if cell.monty:
            result = await session.run(cell.code)
            if result.error or result.output != cell.output:
                wrong.append((cell, result))
    await sandbox.close()
    assert not wrong
