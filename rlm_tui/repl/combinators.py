"""Queries over many pieces, as functions of the guest: each tells its plan and its bound before it asks anything.

After lambda-RLM: the control flow is fixed and ours, only the leaves are a model's, so the number of calls is known beforehand,
and the run ends. They run in the guest, bound to what a session has (`bound`); in Monty their source is part of the prelude.
So they are written in the Python that Monty has, and use nothing but `GIVEN`, the constants here, and each other.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:

    def llm_query_batched(prompts: list[str], model: str | None = None) -> list[str]:
        """Ask many prompts at once."""

    def plan_queries(what: str, calls: int, characters: int, model: str | None = None) -> str:
        """Return the plan of so many queries in words. Raises HostError when the run has no room for them."""

    def text_of(item: object) -> str:
        """Return the text of what has a source, or of any other value."""


GIVEN = ("llm_query_batched", "plan_queries", "text_of")
"""What a session brings."""
MOST_AT_ONCE = 200
"""Prompts of one batch."""
LONGEST_ANSWER = 12_000
"""Characters that the answer to a query has at most, about: what the bound of a reduction counts with."""


def map_query(instruction: str, items: list[object], model: str | None = None) -> list[str]:
    """Ask one instruction about each item (text, or what has a source); answers in order, a failed one is "Error: ..."."""
    return _ask_all("map_query", [instruction + "\n\n" + text_of(item) for item in items], model)


def filter_query(question: str, items: list[object], model: str | None = None) -> list[object]:
    """Keep the items for which the answer to a yes-or-no question is yes; names those whose answer is neither yes nor no."""
    items = list(items)
    asked = question + "\nThe first word of your answer is yes or no.\n\n"
    answers = _ask_all("filter_query", [asked + text_of(item) for item in items], model)
    words = [answer.strip().strip("*`'\"").lower() for answer in answers]
    kept = [item for n, item in enumerate(items) if words[n][:3] == "yes"]
    unclear = [n for n, word in enumerate(words) if word[:3] != "yes" and word[:2] != "no"]
    print("filter_query: kept", len(kept), "of", len(items), "items; neither yes nor no:", len(unclear))
    for n in unclear[:20]:
        print("  " + str(n) + ". " + text_of(items[n])[:80].split("\n")[0] + ": " + answers[n].strip()[:80])
    return kept


def reduce_query(instruction: str, items: list[object], width: int = 8, model: str | None = None) -> str:
    """Join many texts into one: the instruction over `width` at a time, then over the results."""
    texts = [text_of(item) for item in items]
    width = max(2, width)
    calls, left, longest = 0, len(texts), sum([len(text) for text in texts])
    while left > 1:
        left = (left + width - 1) // width
        calls += left
        longest += left * LONGEST_ANSWER
    print(plan_queries("reduce_query", calls, longest + calls * len(instruction), model))
    while len(texts) > 1:
        prompts = []
        for at in range(0, len(texts), width):
            parts = ["\n\n# Part " + str(n + 1) + "\n" + part for n, part in enumerate(texts[at : at + width])]
            prompts.append(instruction + "".join(parts))
        texts = _in_batches(prompts, model)
    return texts[0] if texts else ""


def cross_query(
    instruction: str, left: list[object], right: list[object], model: str | None = None
) -> list[tuple[object, object, str]]:
    """Ask one instruction about each pair of items; returns (left, right, answer) of each."""
    pairs = [(a, b) for a in left for b in right]
    prompts = [instruction + "\n\n# First\n" + text_of(a) + "\n\n# Second\n" + text_of(b) for a, b in pairs]
    answers = _ask_all("cross_query", prompts, model)
    return [(pair[0], pair[1], answers[n]) for n, pair in enumerate(pairs)]


def _ask_all(what: str, prompts: list[str], model: str | None) -> list[str]:
    print(plan_queries(what, len(prompts), sum([len(prompt) for prompt in prompts]), model))
    return _in_batches(prompts, model)


def _in_batches(prompts: list[str], model: str | None) -> list[str]:
    answers: list[str] = []
    for at in range(0, len(prompts), MOST_AT_ONCE):
        answers.extend(llm_query_batched(prompts[at : at + MOST_AT_ONCE], model))
    return answers


OFFERED = (map_query, filter_query, reduce_query, cross_query)
"""What cells can call."""
_INNER = (_ask_all, _in_batches)
_CONSTANTS = {"MOST_AT_ONCE": MOST_AT_ONCE, "LONGEST_ANSWER": LONGEST_ANSWER}


def bound(given: Mapping[str, Callable[..., object]]) -> dict[str, Callable[..., object]]:
    """Return the functions, bound to what the session brings: a cell that sets one of these names changes nothing for them."""
    space: dict[str, object] = {**_CONSTANTS, **{name: given[name] for name in GIVEN}}
    for function in (*OFFERED, *_INNER):
        space[function.__name__] = made = FunctionType(
            function.__code__, space, function.__name__, function.__defaults__
        )
        made.__doc__, made.__annotations__ = function.__doc__, function.__annotations__
    return {function.__name__: space[function.__name__] for function in OFFERED}  # type: ignore[misc]


def source() -> str:
    """Return the same as text that can be run where the names of `GIVEN` are defined."""
    constants = [f"{name} = {value}\n" for name, value in _CONSTANTS.items()]
    return "".join(["\n", *constants, *("\n" + inspect.getsource(function) for function in (*_INNER, *OFFERED))])
