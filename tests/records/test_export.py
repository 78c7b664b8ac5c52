from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pydantic import BaseModel

from rlm_tui.records.events import (
    EVENT,
    Bounds,
    CallEnded,
    CallPrompted,
    CallStarted,
    CellEnded,
    Citation,
    Cited,
    Covered,
    Event,
    Found,
    ModuleCovered,
    Noticed,
    RunEnded,
    RunStarted,
    StepStarted,
    Tokens,
    ToolCalled,
    TurnEnded,
)  # fmt: skip
from rlm_tui.records.export import as_json, markdown
from rlm_tui.records.markdown_text import contained
from rlm_tui.records.tree import Tree


def events(question: str = "Why does `refresh` wait?", answer: str = "Because.\n") -> list[Event]:
    made: list[Event] = []

    def at(call: str = "", parent: str = "") -> dict[str, object]:
        return {
            "seq": len(made) + 1,
            "run_id": "r1",
            "call_id": call,
            "parent_id": parent,
            "ts": 1_700_000_000.0 + len(made),
        }

    def add(kind: type[BaseModel], node: str = "", parent: str = "", /, **fields: object) -> None:
        made.append(EVENT.validate_python({"kind": kind.model_fields["kind"].default, **at(node, parent), **fields}))

    add(RunStarted, version="0.1.0", question=question, mode="ask", repository="shop", root="/r", commit="c0ffee", files=3,
        scope=("src",), route="rlm", why="large", model="big", sub_model="small", language_model=True, sandbox="sealed",
        bounds=Bounds())  # fmt: skip
    add(CallStarted, "0", call="agent", label="root", task=question, scope=(), model="big", depth=0, step=0)
    add(CallPrompted, "0", system="s", message="m")
    add(StepStarted, "0", step=1)
    add(
        TurnEnded,
        "0",
        step=1,
        text="",
        thinking="",
        code="x",
        stop="tool_use",
        tokens=Tokens(input=10, output=2, dollars=0.01),
    )
    add(CallStarted, "1", "0", call="query", label="<b>first*", task="t", scope=(), model="small", depth=0, step=1)
    add(CallPrompted, "1", "0", system="s", message="m")
    add(StepStarted, "1", "0", step=1)
    add(CallEnded, "1", "0", status="failed", result="", error="the wire | broke")
    add(
        ToolCalled,
        "0",
        step=1,
        tool="grep",
        arguments="'x'",
        result="2 hits",
        seconds=0.1,
        files=("src/a.py", "src/b.py"),
    )
    add(CellEnded, "0", step=1, output="o", omitted=0, error="", status="ok", variables=(), seconds=0.1)
    add(CallEnded, "0", status="done", result=answer)
    add(Cited, "0", citations=(
        Citation(path="src/a.py", start=3, end=5, ok=True, excerpt='"""\n````python\nx\n````\n"""'),
        Citation(path="src/no.py", start=9, end=9, ok=False, reason="no such file"),
    ))  # fmt: skip
    add(Found, "0", files=("src/b.py",), symbols=("src/b.py::B.c",), groups=(("src/a.py", "src/b.py"),))
    add(Covered, more=1, modules=(
        ModuleCovered(name="src", path="src", files=3, read=2),
        ModuleCovered(name="docs", path="docs", files=1, read=0),
        ModuleCovered(name="(root)", path="", files=4, read=0),
    ))  # fmt: skip
    add(Noticed, level="warning", text="80% of the run's tokens are used")
    add(RunEnded, status="done", answer=answer)
    return made


def test_the_report_tells_everything_that_decides_whether_to_believe_it() -> None:
    report = markdown(Tree.of(events()))
    for part in (
        "# Why does \\`refresh\\` wait?", "`shop@c0ffee`, limited to `src`", "rlm (large)", "big, sub-calls small", "0.1.0",
        "## Answer\n\nBecause.", "1. `src/a.py:3-5` ✓ checked", "2. `src/no.py:9` ✗ no such file",
        "- root — agent, done (", "  - \\<b\\>first\\* — query, failed: the wire \\| broke",
        "1 of 4 modules.\n\n- `src`: 2 of 3 files\n\nNot looked at: `docs`, `.` and 1 more.",
        "80% of the run's tokens", "10 tokens in, 2 out, $0.0100",
    ):  # fmt: skip
        assert part in report, part


def test_an_excerpt_cannot_end_its_fence() -> None:
    report = markdown(Tree.of(events()))
    body = report.split("✓ checked\n\n")[1].split("\n\n2. ")[0].splitlines()
    assert body[0] == "`````py"
    assert body[-1] == "`````"
    assert "`````" not in "\n".join(body[1:-1])


def test_a_long_question_is_told_whole_under_its_first_line() -> None:
    report = markdown(Tree.of(events(question="Look at this:\n\n```\nTraceback\n```\n")))
    assert report.startswith("# Look at this: … Traceback\n")
    assert "## Question\n\n````\nLook at this:" in report


def test_json_has_a_stable_shape() -> None:
    report = json.loads(as_json(Tree.of(events())))
    assert report["shape"] == 1
    assert set(report) == {
        "shape", "run", "version", "question", "mode", "status", "code", "error", "answer", "found", "citations", "findings",
        "refuted", "repository", "route",
        "models", "sandbox", "started", "seconds", "tokens", "calls", "files", "coverage", "changed", "notices",
    }  # fmt: skip
    assert report["citations"][1] == {
        "path": "src/no.py", "start": 9, "end": 9, "ok": False, "reason": "no such file", "excerpt": "", "commit": "", "link": "",
    }  # fmt: skip
    assert [(call["id"], call["status"], call["kind"]) for call in report["calls"]] == [
        ("0", "done", "agent"), ("1", "failed", "query"),
    ]  # fmt: skip
    assert report["files"] == ["src/b.py", "src/a.py"]
    assert report["found"] == {
        "files": ["src/b.py"], "symbols": ["src/b.py::B.c"], "names": [], "lines": [], "path": [],
        "groups": [["src/a.py", "src/b.py"]],
    }  # fmt: skip


def test_a_run_that_was_cut_off_has_a_report_too() -> None:
    for length in range(len(events())):
        tree = Tree.of(events()[:length])
        assert markdown(tree).startswith("# ")
        assert json.loads(as_json(tree))["status"] == "unfinished"


def test_what_did_not_hold_is_marked_where_it_is_claimed() -> None:
    answer = "See `src/no.py:9` and no.py:9, not src/no.py:90 or `src/a.py:3-5`."
    report = markdown(Tree.of(events(answer=answer)))
    assert "See `src/no.py:9` ✗ and no.py:9 ✗, not src/no.py:90 or `src/a.py:3-5`." in report


@given(st.text(alphabet=st.sampled_from("`~\n a<#|*"), max_size=60))
def test_no_excerpt_ends_its_fence_and_no_label_adds_a_line(text: str) -> None:
    made = [
        event.model_copy(update={"label": text}) if isinstance(event, CallStarted) and event.call_id == "1"
        else event.model_copy(update={"citations": (Citation(path="a.py", start=1, end=2, ok=True, excerpt=f"x{text}"),)})
        if isinstance(event, Cited) else event
        for event in events()
    ]  # fmt: skip
    report = markdown(Tree.of(made))
    body = report.split("✓ checked\n\n")[1].split("\n\n## Calls")[0]
    opening, *inside, closing = body.splitlines()
    assert opening.rstrip("py") == closing == "`" * len(closing)
    assert not any(line.strip().startswith(closing) for line in inside)
    assert report.split("## Calls\n\n")[1].split("\n\n## Looked")[0].count("\n") == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("see `a<b>` <b>hi ![x](http://e)", "see `a<b>` \\<b>hi \\![x](http://e)"),
        ("```html\n<b>![x]", "```html\n<b>![x]\n```"),
        ("~~~\n<a>\n~~~\n<!-- rest", "~~~\n<a>\n~~~\n\\<!-- rest"),
        ("- a\n  ```\n  <x>\nout <img>", "- a\n  ```\n  <x>\n  ```\nout \\<img>"),
        ("- ```\n  ```\n<img>", "- \\`\\`\\`\n  ```\n  ```\n\\<img>"),
        ("\\`<img>`", "\\`\\<img>`"),
        ("x `\n` <img> `y`\n\n`<z>`", "x `\n` \\<img> `y`\n\n`<z>`"),
        ("| `x | \\<img> <y>` |", "| `x | \\<img> \\<y>` |"),
    ],
)
def test_what_a_model_writes_steers_nothing_after_it(text: str, told: str) -> None:
    assert contained(text) == told
    report = markdown(Tree.of(events(answer=text)))
    assert f"## Answer\n\n{told}\n\n## Evidence" in report


PIECES = [
    *(
        "`",
        "``",
        "```",
        "````",
        "~~~",
        "<img>",
        "<!--",
        "<script>",
        "![x](y)",
        "\\",
        "\n",
        "\n\n",
        " ",
        "   ",
        "    ",
        "\t",
    ),
    *("- ", "> ", "1. ", "# ", "|", "|--|--|\n", "a", "===\n", "html"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=22))
def test_a_renderer_makes_no_tag_nor_picture_of_it_and_goes_on_behind_it(pieces: list[str]) -> None:
    parsed = MarkdownIt("commonmark").enable("table").parse(f"{contained(''.join(pieces).strip())}\n\n## Behind")
    kinds = {token.type for block in parsed for token in [block, *(block.children or ())]}
    assert not kinds & {"html_block", "html_inline", "image"}
    assert [(token.type, token.level) for token in parsed[-3:]] == [
        ("heading_open", 0), ("inline", 1), ("heading_close", 0),
    ]  # fmt: skip
