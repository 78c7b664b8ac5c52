from __future__ import annotations

import re

import pytest

from rlm_tui.engine import prompts
from rlm_tui.engine.host import functions
from rlm_tui.engine.mode import mode_named, modes
from rlm_tui.engine.prompts import Facts, closing, first_message, note, system_prompt
from rlm_tui.repl.guest import RECORDS
from rlm_tui.repl.guest_api import guest_api
from rlm_tui.repl.guest_record import public
from rlm_tui.repl.lazy import Lazy, Repo
from rlm_tui.repository.symbols import Module

BUILT_IN = {"output_of", "str", "repl", "help", "SHOW_VARS", "print", "len"}
CALL = re.compile(r"(?<![.\w])([a-zA-Z_]\w*)\(")
ATTRIBUTE = re.compile(r"\.([a-z_]\w*)\b")
QUOTED = re.compile(r"`([^`]+)`")


def every_prompt() -> list[str]:
    whole = [
        system_prompt(mode, functions(mode), guest_api(), root=root, agents=agents)
        for mode in modes().values()
        for root in (True, False)
        for agents in (True, False)
    ]
    texts = [value for name, value in vars(prompts).items() if name.isupper() and isinstance(value, str)]
    return [*whole, *texts, closing("no turns left", ["a"])]


@pytest.mark.parametrize("root", [True, False])
def test_the_system_prompt_stays_under_2500_tokens(root: bool) -> None:
    for mode in modes().values():
        offered = functions(mode)
        returned = " ".join(one.signature for one in offered if not one.hidden)  # as an agent's guide is made
        assert len(system_prompt(mode, offered, guest_api(returned), root=root, agents=True)) / 4 < 2_500
    assert len(prompts.QUERY) < 600
    assert len(prompts.DIRECT) < 600


def test_every_name_in_the_prompts_exists() -> None:
    known = {one.name for mode in modes().values() for one in functions(mode) if not one.hidden} | BUILT_IN
    kinds = (*RECORDS.values(), Lazy, Repo)
    attributes = {name for kind in kinds for name in (*public(kind), *kind.__annotations__)}
    for prompt in every_prompt():
        for quoted in QUOTED.findall(prompt):
            for name in CALL.findall(quoted):
                assert name in known, (name, quoted)
            if quoted.startswith("src/") or quoted == "Session.send":  # examples of names
                continue
            for name in ATTRIBUTE.findall(quoted):
                assert name in attributes, (name, quoted)
            if re.fullmatch(r"[a-z]+_[a-z_]+|find|grep|peek|outline", quoted):
                assert quoted in known, quoted
    listed = re.findall(
        r"^(\w+)\(", system_prompt(mode_named("ask"), functions(), "", root=True, agents=True), re.MULTILINE
    )
    assert {"grep", "peek", "find", "outline", "callers", "llm_query", "rlm_query_batched"} <= set(listed) <= known


def test_sub_agents_are_offered_only_where_they_can_be_had() -> None:
    mode = mode_named("ask")
    assert "rlm_query_batched" in system_prompt(mode, functions(mode), guest_api(), root=True, agents=True)
    assert "rlm_" not in system_prompt(mode, functions(mode), guest_api(), root=True, agents=False)
    assert mode.prompt not in system_prompt(mode, functions(mode), guest_api(), root=False, agents=False)


def test_prompts_of_one_kind_begin_alike_so_that_they_can_be_cached() -> None:
    one = system_prompt(mode_named("ask"), functions(), guest_api(), root=True, agents=True)
    other = system_prompt(mode_named("ask"), functions(), guest_api(), root=False, agents=True)
    shared = next(at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    assert shared > 0.8 * len(other)


def test_the_first_message_stays_small_on_a_huge_repository() -> None:
    many = tuple(Module(f"m{i}", f"src/m{i}", "go", 10, 100, i) for i in range(5_000))
    many += (Module("copy", "third_party/copy", "go", 10, 100, 9_999_999),)
    facts = Facts("k8s", "abc", (), 14_098, 40_000_000, {"go": 14_000}, many)
    message = first_message(
        "why?", facts, context="x" * 1_000_000, history=[("q" * 9_999, "a" * 9_999)], turns=20, depth=(0, 1)
    )
    assert len(message) < 8_000
    assert "m4999  src/m4999  go  10 files  100 symbols  ~4,999 tokens" in message
    assert "... and 4,961 smaller, vendored or built ones" in message and "third_party/copy" not in message
    assert message.endswith("Route: rlm, depth 0 of 1. 20 turns left.")


def test_what_is_short_is_handed_in_whole_and_of_the_rest_the_beginning() -> None:
    facts = Facts("shop", "", (), 1, 1, {}, ())
    short, long = (
        first_message("why?", facts, context="line\n" * count + "the end", history=(), turns=20, depth=(1, 1))
        for count in (2_000, 20_000)
    )
    assert "the end\n\nRoute" in short
    assert "the end" not in long and "more characters]\n\nRoute" in long


def test_the_note_tells_what_is_left() -> None:
    assert note(1, 20, 1_200, 0.031, (0.1, "tokens")) == "[19 turns left; 1,200 tokens, $0.03 spent]"
    assert "83% of the run's calls" in note(1, 20, 0, None, (0.83, "calls"))
    assert "no further sub-calls" in note(1, 20, 0, None, (1.0, "calls"))
    assert note(19, 20, 0, None, (0.0, "")).startswith("[1 turn left; 0 tokens spent]\nNext is your last turn")


def test_some_models_are_told_a_sentence_more() -> None:
    mode = mode_named("ask")
    told = {
        name: system_prompt(mode, functions(mode), guest_api(), root=True, agents=True, model=name)
        for name in ("claude-sonnet-5", "Qwen3-Coder-480B")
    }
    assert len(told["Qwen3-Coder-480B"]) > len(told["claude-sonnet-5"])
    assert "sparing with sub-calls" in told["Qwen3-Coder-480B"]
