"""Debug end to end: real tracebacks of real programs, a repository with a history, the engine, the navigator and a model."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from engine_runs import Script, bench
from messages_answers import Answer, cell, text
from messages_server import Json
from navigator_engine import engine_on
from small_repository import make_small_repository

from rlm_tui.engine.run import Engine, Question, Run
from rlm_tui.modes.debug import DEBUG, prepare
from rlm_tui.records.events import RunEnded
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import RepositoryError

CART = '''"""Carts."""

from shop.payment import Gateway


def unit_price(prices, item):
    return prices[item]


def total(prices, items):
    return sum(unit_price(prices, item) for item in items)


def checkout(prices, items):
    if not items:
        raise ValueError(f"cart {id(items)} is empty, nothing to check out")
    return Gateway(3).charge(total(prices, items))
'''


TAX = """def price(prices, item):
    for name in prices:
        if name == item:
            return prices[name]


def taxed(prices, item):
    found = price(prices, item)
    return found.net
"""


def commit(folder: Path, message: str, **files: str) -> None:
    for path, content in files.items():
        (folder / path.replace("__", "/")).write_text(content, encoding="utf-8")
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false"]
    for command in (["add", "-A"], [*identity, "commit", "-q", "-m", message]):
        subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True)


def shop(folder: Path) -> Path:
    root = make_small_repository(folder / "shop")
    (root / "src/shop/cart.py").write_text(CART.replace("prices[item]", "prices.get(item, 0)"), encoding="utf-8")
    commit(root, "Carts; prices of unknown items count as nothing")
    (root / "src/shop/cart.py").write_text(CART, encoding="utf-8")
    commit(root, "Fix wrong totals: an unknown price is an error of the caller")
    return root


async def debugged(engine: Engine, *words: str, handed: str = "") -> tuple[Run, RunEnded]:
    run = engine.ask(Question("debug", mode="debug", context=handed, arguments=words))
    end = await run.wait()
    assert (end.status, end.error) == ("done", "")
    assert not [citation for citation in run.tree.citations if not citation.ok]
    return run, end


def ran(root: Path, code: str) -> str:
    """Return the traceback of a program that runs in a copy of the repository, as in CI: under another path."""
    copy = root.parent / "ci" / "build"
    shutil.copytree(root, copy, dirs_exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(copy / 'src')!r})\n{code}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" in done.stderr
    return done.stderr


async def test_a_traceback_of_another_checkout_whose_lines_have_moved(tmp_path: Path) -> None:
    root = shop(tmp_path)
    told = ran(root, "from shop.cart import checkout\ncheckout({'tea': 3}, ['tea', 'milk'])")
    (root / "src/shop/cart.py").write_text("# moved\n# by two lines\n" + CART, encoding="utf-8")
    async with engine_on(tmp_path, root=root) as engine:
        run, end = await debugged(engine, handed=told)
    assert [finding.title for finding in run.tree.findings][:1] == ["Suspect 1: unit_price"]
    assert {(finding.rule, finding.severity) for finding in run.tree.findings} == {("suspect", "info")}
    assert end.answer.startswith("The first suspect is `unit_price` (src/shop/cart.py:9): `KeyError` came up here")
    assert "moved here" in end.answer
    assert "Fix wrong totals" in end.answer
    assert "`git show " in end.answer


async def test_the_line_that_wrote_the_message_is_found_without_a_traceback(tmp_path: Path) -> None:
    root = shop(tmp_path)
    async with engine_on(tmp_path, root=root) as engine:
        _, end = await debugged(
            engine, "It", "says", "'ValueError: cart 139 is empty, nothing to check out'", "on start"
        )
    assert "The first suspect is `checkout` (src/shop/cart.py:" in end.answer
    assert "may have written the message" in end.answer


async def test_a_traceback_of_another_project_is_told_as_one(tmp_path: Path) -> None:
    root = make_small_repository(tmp_path / "shop")
    told = (
        'Traceback (most recent call last):\n  File "/x/zebra/quagga.py", line 3, in gallop\n    trot()\n'
        '  File "/x/zebra/hooves.py", line 9, in trot\n    return 1 / 0\nZeroDivisionError: xyzzy plugh\n'
    )
    async with engine_on(tmp_path, root=root) as engine:
        _, end = await debugged(engine, handed=told)
    assert end.answer.startswith("None of the 2 frames is in this repository")


@pytest.mark.parametrize(
    "handed",
    ["\0" * 400, "\x1b[31m\x1b[0m%PDF\0\0", "x" * 200_000, "```\n# Task\nignore this\n" * 50],
    ids=["NULs", "binary", "one line", "headings"],
)
async def test_text_that_tells_nothing_is_said_to(tmp_path: Path, handed: str) -> None:
    root = make_small_repository(tmp_path / "shop")
    async with engine_on(tmp_path, root=root) as engine:
        run = engine.ask(Question("debug", mode="debug", context=handed, arguments=()))
        end = await run.wait()
    assert end.answer or "nothing to debug" in end.error


JS = """const { format } = require("./format.js");
function addItem(cart, item) {
  cart.items.push(item);
  return format(cart);
}
module.exports = { addItem };
"""
NODE = """const { addItem } = require("./cart.js");
try { addItem({}, "tea"); } catch (error) { throw new Error("no cart for this customer", { cause: error }); }
"""
GO = """package main

type Shelf struct{ items []int }

func (s *Shelf) At(n int) int {
	return s.items[n]
}

func main() {
	println((&Shelf{}).At(3))
}
"""
C = """#include <assert.h>
struct shelf { int size; };
static int at(const struct shelf *shelf, int n) {
  assert(n < shelf->size);
  return n;
}
int main(void) {
  struct shelf empty = {0};
  return at(&empty, 3);
}
"""
JAVA = """package demo;
public class Shelf {
  static int at(int[] items, int n) {
    return items[n];
  }
  public static void main(String[] words) {
    at(new int[0], 3);
  }
}
"""
FORMAT = "exports.format = String;\n"
PROGRAMS = [
    (
        "node",
        {"web/cart.js": JS, "web/main.js": NODE, "web/format.js": FORMAT},
        ["node web/main.js"],
        "`addItem` (web/cart.js:3)",
    ),
    ("go", {"go.mod": "module example.org/demo\n\ngo 1.18\n", "main.go": GO}, ["go run ."], "`Shelf.At` (main.go:6)"),
    ("cc", {"src/shelf.c": C}, ["cc -g -o OUT src/shelf.c", "OUT"], "`at` (src/shelf.c:4)"),
    (
        "javac",
        {"src/demo/Shelf.java": JAVA},
        ["javac -d OUT src/demo/Shelf.java", "java -cp OUT demo.Shelf"],
        "`Shelf.at` (src/demo/Shelf.java:4)",
    ),
]


def printed(folder: Path, words: list[str]) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize(("program", "files", "commands", "first"), PROGRAMS, ids=[row[0] for row in PROGRAMS])
async def test_what_other_languages_print(
    tmp_path: Path, program: str, files: dict[str, str], commands: list[str], first: str
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    root, out = tmp_path / "demo", tmp_path / "out"
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    told = "".join(printed(root, [word.replace("OUT", str(out)) for word in command.split()]) for command in commands)
    async with engine_on(tmp_path, root=root) as engine:
        _, end = await debugged(engine, handed=told)
    assert re.match(rf"The first suspect is {re.escape(first)}", end.answer), f"{told}\n{end.answer}"


async def test_a_model_reads_failures_and_proposes_the_cause(tmp_path: Path) -> None:
    told = (
        'Traceback (most recent call last):\n  File "/ci/src/shop/payment.py", line 23, in charge\n'
        "    raise PaymentError(cents)\nshop.payment.PaymentError: 0\n"
    )
    question = "What is the cause of the failure in `context`?"
    script = Script(
        question=question,
        root=[
            cell(
                "found = failures(context)\nprint(found)\nprint(found[0].frames)\nprint(origins('no such text at all'))"
            ),
            cell(
                "print(propose('Nothing to charge', 'send() refuses 0 cents', found[0].frames[0].span, severity='high'))\n"
                "print(similar_commits('first')[0].subject)"
            ),
            text("`send` refuses 0 cents: `src/shop/payment.py:31-33`."),
        ],
    )
    systems: list[str] = []

    def watched(body: Json) -> Answer:
        systems.append(str(body["system"]))
        return script(body)

    async with bench(tmp_path, watched) as made:
        run = made.engine.ask(Question("debug", mode="debug", context=told, arguments=()))
        end = await run.wait()
    assert end.status == "done", end.error
    assert "failures(text) -> list[Failure]" in systems[0]
    assert "- Failure: " in systems[0]
    (finding,) = run.tree.findings
    assert (finding.title, finding.evidence[0].span, finding.mode) == (
        "Nothing to charge",
        "src/shop/payment.py:23",
        "debug",
    )
    outputs = "\n".join(step.output for step in run.tree.calls["0"].steps)
    assert "src/shop/payment.py:23  [Gateway.charge]  #0 same  raise PaymentError(cents)" in outputs
    assert "First" in outputs


def test_the_words_are_a_file_a_pipe_or_a_description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_small_repository(tmp_path / "shop")
    (root / ".env").write_text("TOKEN=1\n")
    (tmp_path / "crash.log").write_text("panic: x\n")
    monkeypatch.chdir(tmp_path)
    repository = Repository.open(root, tmp_path / "cache")
    try:
        assert prepare(repository, ["crash.log"], "").context == "panic: x\n"
        assert prepare(repository, ["-"], "piped\n").context == "piped"
        made = prepare(repository, ["it", "fails"], "piped")
        assert (made.text, made.context) == (
            "What is the cause of the failure in `context`: it fails?",
            "it fails\n\npiped",
        )
        assert prepare(repository, ["no\0file"], "").context == "no\0file"
        with pytest.raises(ValueError, match="nothing to debug"):
            prepare(repository, [], "  \n")
        for missing in ("no/such.log", "/tmp/no-such-file", "crash.txt"):
            with pytest.raises(ValueError, match="there is no file"):
                prepare(repository, [missing], "")
        with pytest.raises(ValueError, match="is no text"):
            prepare(repository, [], bytes(range(256)).decode("utf-8", "replace"))
        assert prepare(repository, ["crashes"], "").context == "crashes"
        with pytest.raises(RepositoryError, match="not readable here"):
            prepare(repository, ["shop/.env"], "")
    finally:
        repository.close()
    assert DEBUG.tools == ("failures", "origins", "similar_commits", "edit_patch")


async def test_a_missing_value_is_followed_back(tmp_path: Path) -> None:
    root = shop(tmp_path)
    text = "def price(prices, item):\n    for name in prices:\n        if name == item:\n            return prices[name]\n\n\n"
    commit(
        root,
        "Prices",
        src__shop__tax=text + "def taxed(prices, item):\n    found = price(prices, item)\n    return found.net\n",
    )
    (root / "src/shop/tax").rename(root / "src/shop/tax.py")
    async with engine_on(tmp_path, root=root) as engine:
        error = "AttributeError: 'NoneType' object has no attribute 'net'"
        told = f'Traceback (most recent call last):\n  File "src/shop/tax.py", line 9, in taxed\n    return found.net\n{error}\n'
        run = engine.ask(Question("debug", mode="debug", context=told))
        await run.wait()
    assert "`price`** (src/shop/tax.py:1): line 1: `found`: price ends without a return in some case" in run.tree.answer
