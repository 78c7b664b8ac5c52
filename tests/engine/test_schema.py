"""Typed results: schemas, what fits them, and sub-agents that are held to one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine_runs import Script, bench, said
from hypothesis import given
from hypothesis import strategies as st
from messages_server import cell, text

from rlm_tui.engine.run import Question
from rlm_tui.engine.schema import read, schema_of

FINDING = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "description": "short"},
        "severity": {"enum": ["low", "high"]},
        "lines": {"type": "array", "items": {"type": "integer"}},
        "owner": {"type": ["string", "null"]},
    },
    "required": ["title", "lines"],
}
LOOK = cell("print(grep('retry'))")
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ('{"title": "t", "lines": [1, 2], "severity": "low", "owner": null, "more": {}}', ""),
        ('Here it is:\n```json\n{"title": "t", "lines": []}\n```\nThat is all.', ""),
        ("It is fine.", "it is not JSON"),
        ("", "it is not JSON"),
        ("[]", "the value is array, not object"),
        ('{"title": "t"}', "the value has no lines"),
        ('{"title": 3, "lines": []}', "the value.title is integer, not string"),
        ('{"title": "t", "lines": [1, "2"]}', "the value.lines[1] is string, not integer"),
        ('{"title": "t", "lines": [true]}', "the value.lines[0] is boolean, not integer"),
        ('{"title": "t", "lines": [], "severity": "mid"}', 'the value.severity is none of ["low", "high"]'),
        ('{"title": "t", "lines": [], "owner": 1}', "the value.owner is integer, not string or null"),
        ('{"title": "t", "lines": [NaN]}', "NaN is no number in JSON"),
        ('{"title": "t", "lines": [], "deep": ' + "[" * 60 + "]" * 60 + "}", "nested more than 32 levels deep"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_what_fits_and_what_does_not(answer: str, problem: str) -> None:
    schema = schema_of(FINDING)
    assert schema is not None
    if not problem:
        value = read(answer, schema)
        assert isinstance(value, dict)
        assert value["title"] == "t"
        return
    with pytest.raises(ValueError, match=r".") as raised:
        read(answer, schema)
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ("string", "schema is a JSON Schema"),
        ({"type": "text"}, "schema.type is one of object, array"),
        ({"type": []}, "schema.type is one of"),
        ({"pattern": "x", "type": "string"}, "schema: pattern cannot be checked here; use type, properties"),
        ({"items": [1]}, "schema.items is a JSON Schema"),
        ({"properties": {"a": {"minimum": 1}}}, "schema.properties.a: minimum cannot be checked"),
        ({"required": "a"}, "schema.required is a list of names"),
        ({"enum": []}, "schema.enum is a list of values"),
        ({"additionalProperties": {}}, "schema.additionalProperties is true or false"),
        ({"description": "x" * 9_000}, "at most 8,000 characters"),
    ],
)
def test_a_schema_that_cannot_be_kept_is_refused(schema: object, problem: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        schema_of(schema)
    assert problem in str(raised.value)


@given(JSONS)
def test_every_value_fits_the_schema_that_allows_all_and_its_own_enum(value: object) -> None:
    for schema in ({}, {"enum": [value]}):
        checked = schema_of(schema)
        assert checked is not None
        assert read(json.dumps(value), checked) == value


async def test_a_sub_agent_gives_a_typed_result(tmp_path: Path) -> None:
    code = f"""
one = rlm_query("Find it", schema={FINDING!r})
print(one["title"], one["lines"][1] + 1)
print(rlm_query_batched([{{"task": "Count", "schema": {{"type": "integer"}}}}, "Tell"]))
"""
    script = Script(
        root=[cell(code), text("done")],
        agents={
            "Find it": [LOOK, text('{"title": "retries", "lines": [7, 41]}')],
            "Count": [
                cell('n = len(grep("retry"))\nimport json\nanswer["content"] = json.dumps(n); answer["ready"] = True')
            ],
            "Tell": [LOOK, text("plain")],
        },
    )
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="rlm"))
        await run.wait()
        output = said(made.server.bodies[-1], 2)
    assert output.splitlines()[0] == "retries 42"
    assert output.splitlines()[1].startswith("[")
    assert output.splitlines()[1].endswith(", 'plain']")
    assert isinstance(json.loads(run.tree.calls["2"].result), int)
    assert json.dumps(FINDING) in run.tree.calls["1"].message
    assert "# Result" not in run.tree.calls["3"].message


async def test_what_does_not_fit_is_repaired_once_and_then_an_error(tmp_path: Path) -> None:
    code = """
tasks = ["Repairs", "Repairs in code", "Never"]
print(rlm_query_batched(tasks, schema={"type": "array", "items": {"type": "string"}}))
"""
    wrong_in_code = cell('grep("x"); answer["content"] = {"a": 1}; answer["ready"] = True')
    script = Script(
        root=[cell(code), text("done")],
        agents={
            "Repairs": [LOOK, text("Here: a, b"), text('["a", "b"]')],
            "Repairs in code": [wrong_in_code, text('```json\n["c"]\n```')],
            "Never": [LOOK, text("no"), text("[1]"), text("[]")],
        },
    )
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="rlm"))
        end = await run.wait()
        output = said(made.server.bodies[-1], 2)
        told = [said(body, -1) for body in made.server.bodies if said(body).startswith("# Task\nNever")]
    problem = "Error: the result does not fit its schema: the value[0] is integer, not string"
    assert f"[['a', 'b'], ['c'], '{problem}']" in output
    assert "A program reads your answer, and cannot: it is not JSON" in told[-1]
    assert [call.phase for call in run.tree.calls.values()] == ["done", "done", "done", "failed"]
    assert [len(call.steps) for call in run.tree.calls.values()][1:] == [3, 2, 3]
    assert end.status == "done"


async def test_a_bad_schema_costs_nothing(tmp_path: Path) -> None:
    script = Script(root=[cell('print(rlm_query("t", schema={"minimum": 1}))'), text("done")])
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question(script.question, route="rlm"))
        await run.wait()
        output = said(made.server.bodies[-1], 2)
    assert "Error: schema: minimum cannot be checked here" in output
    assert len(run.tree.calls) == 1
