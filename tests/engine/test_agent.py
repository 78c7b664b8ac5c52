"""One agent's conversation, over the real wire and in the real sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_runs import Script, bench, said
from messages_server import Answer, Json, cell, error, text, thinking, tool_use

from rlm_tui.engine.run import Question
from rlm_tui.records.events import CellEnded, Noticed, RunEnded, RunStarted, Streamed, ToolCalled, TurnEnded
from rlm_tui.records.tree import Tree
from rlm_tui.repl.protocol import Limits
from rlm_tui.repository.repository import Repository

LOOK = cell('print(grep("retry policy"))')
ANSWER = "The retry policy is in `src/shop/payment.py:13-16`."


async def test_a_question_is_looked_up_and_answered_with_checked_citations(tmp_path: Path) -> None:
    answer = f"{ANSWER} Not in `src/shop/no.py:3`, nor in `payment.py:900`."
    script = Script(root=[thinking("hm") + LOOK, text(answer)])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        events = [event async for event in run.events()]
        end = await run.wait()
        assert (end.status, end.code, end.answer) == ("done", 0, answer)
        assert isinstance(events[0], RunStarted)
        assert (events[0].route, events[0].sandbox, events[0].files) == ("repl", "sealed", 8)
        assert events[-1] == end
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert list(made.runs.read(run.id)) == events, "the record is what happened"
        found = [(one.path, one.start, one.ok, one.reason[:20]) for one in run.tree.citations]
    assert found == [
        ("src/shop/payment.py", 13, True, ""),
        ("src/shop/no.py", 3, False, "no such file"),
        ("src/shop/payment.py", 900, False, "src/shop/payment.py "),
    ]


async def test_the_loop_shows_the_cell_its_output_and_what_is_left(tmp_path: Path) -> None:
    script = Script(root=[thinking("hm") + LOOK, text(ANSWER)])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        end = await run.wait()
        tree = run.tree
        first, second = made.server.bodies
    assert end.status == "done"
    assert "self.max_attempts = max_attempts" in tree.citations[0].excerpt
    assert said(first).startswith(f"# Task\n{script.question}\n")
    assert "shop  src/shop  python  3 files" in said(first)
    output = said(second, 2)
    assert "src/shop/payment.py:14" in output
    assert "[19 turns left; " in output
    assert second["messages"][1]["content"][0]["thinking"] == "hm", "thinking goes back unchanged"
    root = tree.root
    assert root is not None
    assert root.steps[0].tools[0].files == ("src/shop/payment.py",)
    assert root.steps[0].thinking == "hm"


async def test_an_answer_before_any_look_is_sent_back_once_and_then_taken_with_a_notice(tmp_path: Path) -> None:
    script = Script(root=[text("I guess it is in http.py."), text("I still guess.")])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        end = await run.wait()
        assert "not looked at the repository" in said(made.server.bodies[1], 2)
    assert (end.status, end.answer) == ("done", "I still guess.")
    assert any("without a look" in notice.text for notice in run.tree.notices)


async def test_an_answer_that_a_cell_assembles(tmp_path: Path) -> None:
    code = 'hits = grep("retry")\nanswer["content"] = f"{len(hits) > 0} lines"\nanswer["ready"] = True'
    script = Script(root=[cell(code)])
    async with bench(tmp_path, script) as made:
        end = await made.engine.ask(Question(script.question, route="repl")).wait()
        assert len(made.server.requests) == 1
    assert (end.status, end.answer) == ("done", "True lines")


async def test_ready_before_any_look_and_ready_without_content_are_sent_back(tmp_path: Path) -> None:
    script = Script(
        root=[
            cell('answer["content"] = "a guess"; answer["ready"] = True'),
            cell('grep("retry"); answer["content"] = ""; answer["ready"] = True'),
            cell("print(len(grep('retry')))"),
            text(ANSWER),
        ]
    )
    async with bench(tmp_path, script) as made:
        end = await made.engine.ask(Question(script.question, route="repl")).wait()
        bodies = made.server.bodies
    assert "not looked at the repository" in said(bodies[1], 2)
    assert "is empty" in said(bodies[2], 4)
    assert (len(bodies), end.answer) == (4, ANSWER), "a refused ready does not end a later cell"


async def test_empty_turns_are_asked_for_again_and_end_in_a_clear_error(tmp_path: Path) -> None:
    async with bench(tmp_path, Script(root=[LOOK, Answer(), text(ANSWER)])) as made:
        end = await made.engine.ask(Question("where is the retry policy?", route="repl")).wait()
        assert (end.status, end.answer) == ("done", ANSWER)
    async with bench(tmp_path / "again", Script(root=[Answer()])) as made:
        end = await made.engine.ask(Question("where is the retry policy?", route="repl")).wait()
        assert len(made.server.requests) == 3
    assert (end.status, end.code) == ("failed", 1)
    assert "empty" in end.error


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (cell("print('x'\n"), "SyntaxError"),
        (cell("1/0"), "ZeroDivisionError"),
        (cell("grep()"), "it is grep(pattern, "),
        (cell("grep('(')"), "HostError"),
        (cell("repo['no.such.thing']"), "no.such.thing"),
        (cell("import os; os._exit(3)"), "has ended"),
        (cell("raise SystemExit"), "SystemExit"),
        (tool_use("repl", '{"code": 7}'), "not run"),
        (tool_use("rm", {"path": "/"}), "not run"),
        (tool_use("repl", '{"code": "print('), "not run"),
    ],
)
async def test_what_goes_wrong_in_a_cell_is_told_and_the_run_goes_on(tmp_path: Path, wrong: Answer, told: str) -> None:
    script = Script(root=[wrong, LOOK, text(ANSWER)])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        end = await run.wait()
        sent = said(made.server.bodies[1], 2)
    assert told in sent
    assert (end.status, end.answer) == ("done", ANSWER)
    root = run.tree.root
    assert root is not None
    assert [step.status for step in root.steps] == ["failed", "done", "done"]


async def test_an_endless_cell_is_interrupted_and_its_variables_are_kept(tmp_path: Path) -> None:
    script = Script(root=[cell("kept = 41\nwhile True: pass"), cell("print(kept + 1); grep('x')"), text(ANSWER)])
    async with bench(tmp_path, script, limits=Limits(seconds=0.3)) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        end = await run.wait()
        bodies = made.server.bodies
    assert "The variables are kept" in said(bodies[1], 2)
    assert "42" in said(bodies[2], 4)
    assert end.answer == ANSWER


async def test_a_conversation_too_long_for_the_model_is_shortened(tmp_path: Path) -> None:
    def script(body: Json) -> Answer:
        if sum(len(said(body, turn)) for turn in range(len(body["messages"]))) > 25_000:
            return error(400, "invalid_request_error", "prompt is too long: 300000 tokens > 200000 maximum")
        return text(ANSWER) if len(body["messages"]) > 8 else cell("grep('x'); print('y' * 9_000)")

    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question("where is the retry policy?", route="repl"))
        end = await run.wait()
        last = made.server.bodies[-1]
    assert (end.status, end.answer) == ("done", ANSWER)
    assert "left out to make room" in said(last, 2)
    assert "left out to make room" not in said(last, -1)
    assert any("shortened" in notice.text for notice in run.tree.notices)


async def test_a_conversation_is_shortened_before_it_is_too_long_for_a_window_that_is_known(tmp_path: Path) -> None:
    """The first refusal tells the window; from then on nothing is sent that does not fit."""
    refused: list[int] = []

    def script(body: Json) -> Answer:
        size = sum(len(said(body, turn)) for turn in range(len(body["messages"])))
        if size > 40_000:
            refused.append(len(body["messages"]))
            return error(400, "invalid_request_error", "prompt is too long: 20011 tokens > 20000 maximum")
        return text(ANSWER) if len(body["messages"]) > 16 else cell("grep('x'); print('y' * 9_000)")

    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question("where is the retry policy?", route="repl"))
        end = await run.wait()
        assert made.engine.models.root.window == 20_000
    assert (end.status, end.answer) == ("done", ANSWER)
    assert len(refused) == 1
    assert sum("shortened" in notice.text for notice in run.tree.notices) > 1


async def test_an_ambiguous_name_is_told_with_what_to_write(tmp_path: Path) -> None:
    async with bench(tmp_path, Script(root=[])) as made:
        for name in ("one", "two"):
            (tmp_path / f"shop/{name}.py").write_text("def twin():\n    return 1\n")
        made.repository.scan()
        script = [cell("kept = 1\nprint(peek('twin'))\nprint('after')"), cell("print(kept, peek('one.py::twin'))")]
        answers = iter([*script, text(ANSWER)])
        made.server._script = lambda body: next(answers)
        run = made.engine.ask(Question("where is the retry policy?", route="repl"))
        end = await run.wait()
        told = said(made.server.bodies[1], 2)
    assert "'twin' means 2 things; name one: " in told
    assert "one.py::twin" in told
    assert "line 2" in told, "and where the cell stopped"
    root = run.tree.root
    assert root is not None
    assert "def twin" in root.steps[1].output
    assert end.status == "done"


async def test_two_failures_in_a_row_bring_advice(tmp_path: Path) -> None:
    script = Script(root=[cell("1/0"), cell("1/0"), LOOK, text(ANSWER)])
    async with bench(tmp_path, script) as made:
        await made.engine.ask(Question(script.question, route="repl")).wait()
        assert "Two cells failed" not in said(made.server.bodies[1], 2)
        assert "Two cells failed" in said(made.server.bodies[2], 4)


async def test_variables_survive_an_error(tmp_path: Path) -> None:
    script = Script(root=[cell("kept = 41\n1/0"), cell("print(kept + 1); grep('x')"), text(ANSWER)])
    async with bench(tmp_path, script) as made:
        await made.engine.ask(Question(script.question, route="repl")).wait()
        assert "42" in said(made.server.bodies[2], 4)


async def test_the_last_turn_is_for_the_answer(tmp_path: Path) -> None:
    script = Script(root=[*[LOOK] * 19, text("Half of it.")])
    async with bench(tmp_path, script) as made:
        end = await made.engine.ask(Question(script.question, route="repl")).wait()
        last = made.server.bodies[-1]
    assert len(made.server.bodies) == 20
    assert last["tool_choice"] == {"type": "none"}
    assert "last turn (no turns left)" in said(last, -1)
    assert "Next is your last turn" in said(made.server.bodies[-1], -1)
    assert (end.status, end.code, end.answer, end.error) == ("partial", 4, "Half of it.", "no turns left")


async def test_an_answer_cut_off_at_the_length_limit_goes_on(tmp_path: Path) -> None:
    script = Script(root=[LOOK, text("The first half", stop="max_tokens"), text(" and the second.")])
    async with bench(tmp_path, script) as made:
        end = await made.engine.ask(Question(script.question, route="repl")).wait()
    assert (end.status, end.answer) == ("done", "The first half and the second.")


async def test_a_small_repository_is_sent_whole(tmp_path: Path) -> None:
    script = Script(query=lambda prompt: text(ANSWER))
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, context="a traceback", history=(("earlier?", "yes"),)))
        end = await run.wait()
        (body,) = made.server.bodies
    assert end.answer == ANSWER
    assert run.tree.start is not None
    assert run.tree.start.route == "direct"
    assert run.tree.citations[0].ok
    prompt = said(body)
    assert "## src/shop/payment.py\n   1  " in prompt
    assert prompt.rstrip().endswith(script.question)
    assert "a traceback" in prompt
    assert "earlier?" in prompt
    assert "tools" not in body


async def test_context_and_history_are_variables(tmp_path: Path) -> None:
    script = Script(root=[cell("print(context.upper(), history[0][1])"), text("It is a Traceback.")])
    async with bench(tmp_path, script) as made:
        question = Question(script.question, route="repl", context="traceback", history=(("first?", "No."),))
        end = await made.engine.ask(question).wait()
        assert "TRACEBACK No." in said(made.server.bodies[1], 2)
        assert "# Handed in: `context`" in said(made.server.bodies[0])
        assert "first?" in said(made.server.bodies[0])
    assert end.answer == "It is a Traceback.", "reading what was handed in is a look"


async def test_a_scope_limits_what_is_seen(tmp_path: Path) -> None:
    script = Script(root=[cell("print(repo.files); print(grep('hello'))"), text(ANSWER)])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl", scope=("web",)))
        await run.wait()
        output = said(made.server.bodies[1], 2)
    assert "web/cart.js" in output
    assert "main.go" not in output
    assert run.tree.start is not None
    assert run.tree.start.scope == ("web",)


async def test_an_unknown_scope_and_an_unknown_mode_are_clear_errors(tmp_path: Path) -> None:
    async with bench(tmp_path, Script()) as made:
        run = made.engine.ask(Question("why?", scope=("no/such/folder",)))
        end = await run.wait()
        assert (end.status, end.code) == ("failed", 1)
        assert "no/such/folder" in end.error
        assert run.tree.start is not None, "the record has a head all the same"
        assert not made.server.requests
        with pytest.raises(LookupError, match="ask"):
            made.engine.ask(Question("why?", mode="sing"))


async def test_no_key_is_told_with_its_own_code(tmp_path: Path) -> None:
    script = Script(root=[error(401, "authentication_error", "invalid x-api-key")])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        end = await run.wait()
        record = run.path.read_text()
    assert (end.status, end.code) == ("failed", 3)
    assert "ANTHROPIC_API_KEY" in end.error
    assert "secret" not in record


async def test_failures_of_the_wire_are_retried_and_shown(tmp_path: Path) -> None:
    script = Script(root=[LOOK, error(529, "overloaded_error", "Overloaded"), text("half").cut(events=3), text(ANSWER)])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        events = [event async for event in run.events()]
    assert [event.attempt for event in events if event.kind == "retrying"] == [1, 2]
    assert isinstance(events[-1], RunEnded)
    assert events[-1].answer == ANSWER
    streamed = [event for event in events if isinstance(event, Streamed) and event.step == 2]
    assert streamed[-1].restart, "what streamed before is void"


async def test_hostile_text_reaches_no_event(tmp_path: Path) -> None:
    code = r'print("\x1b]52;c;aGk=\x07 \u202e sk-ant-api03-AAAAAAAAAAAAAAAAAAAA"); grep("x")'
    script = Script(root=[cell(code), text("done \x1b[31m\u202e")], question="where?")
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question("where?\x1b[2J", route="repl"))
        events = [event async for event in run.events()]
    for event in events:
        line = event.model_dump_json()
        assert "\\u001b" not in line
        assert "\u202e" not in line
    outputs = [event.output for event in events if isinstance(event, CellEnded)]
    assert "sk-(removed)" in outputs[0]


async def test_every_reader_sees_everything_from_the_first_event(tmp_path: Path) -> None:
    script = Script(root=[LOOK, text(ANSWER)])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        early = [event async for event in run.events()]
        late = [event async for event in run.events()]
    assert early == late
    kinds = [type(event) for event in early]
    assert kinds.index(TurnEnded) < kinds.index(ToolCalled) < kinds.index(CellEnded)
    assert Tree.of(early) == run.tree


async def test_an_unwritable_record_is_a_notice_not_a_crash(tmp_path: Path) -> None:
    script = Script(root=[LOOK, text(ANSWER)])
    async with bench(tmp_path, script) as made:
        (tmp_path / "runs").write_text("in the way")
        run = made.engine.ask(Question(script.question, route="repl"))
        events = [event async for event in run.events()]
        end = await run.wait()
    assert end.answer == ANSWER
    assert any(isinstance(event, Noticed) and "not recorded" in event.text for event in events)


async def test_streamed_pieces_are_joined_into_fewer_events(tmp_path: Path) -> None:
    long = "word " * 400
    script = Script(root=[LOOK, text(long).pieces(5).slow(event=0.001)])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        pieces = [event async for event in run.events() if isinstance(event, Streamed) and event.step == 2]
    assert "".join(piece.text for piece in pieces) == long
    assert 2 <= len(pieces) < 100


async def test_a_file_saved_during_the_run_is_told_apart(tmp_path: Path) -> None:
    script = Script(root=[cell('print(peek("web/cart.js"))'), text("`web/cart.js:1-2`, `web/format.js:1`")])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="repl"))
        async for event in run.events():
            if isinstance(event, ToolCalled):
                (tmp_path / "shop/web/cart.js").write_text("// all new\n// and different\n")
        cart, form = run.tree.citations
        assert [notice.text for notice in run.tree.notices] == [
            "cited, but never read in this run: web/format.js",
            "web/cart.js changed during this run: what was read before may no longer hold",
        ]
    assert (cart.ok, cart.reason) == (False, "changed since the run read it")
    assert form.ok


async def test_a_defect_of_a_plug_in_ends_in_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Repository) -> int:
        raise RuntimeError("no tokens today")

    async with bench(tmp_path, Script()) as made:
        monkeypatch.setattr(Repository, "tokens", broken)
        run = made.engine.ask(Question("why?"))
        events = [event async for event in run.events()]
    assert [event.kind for event in events] == ["run_started", "run_ended"]
    assert "no tokens today" in run.tree.end.error if run.tree.end else False


async def test_without_a_sandbox_no_cell_runs(tmp_path: Path) -> None:
    async with bench(tmp_path, Script(root=[LOOK])) as made:
        await made.engine.sandbox.close()
        end = await made.engine.ask(Question("where is the retry policy?", route="repl")).wait()
    assert (end.status, end.code, end.answer) == ("failed", 1, "")
    assert "sandbox" in end.error
