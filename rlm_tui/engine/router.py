"""Chooses how a question is answered: in one prompt, by one agent, or by an agent with sub-agents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rlm_tui.records.events import Route

DIRECT_TOKENS = 16_000
"""Up to here, sending everything beats looking it up (RLMs lose below about 16k tokens: arXiv 2512.24601)."""

_DIRECT_PART = 0.75
"""The part of the model's window that sources may take: their tokens are estimated, and the answer needs room too."""

RLM_TOKENS = 1_000_000
"""From here on, one agent's conversation cannot hold what a question about the whole needs."""

_SPANNING_TOKENS = 40_000

_SPANNING = re.compile(
    r"\b(?:architecture|overview|structured?|put together|fits? together|across|every|everywhere|each|all|whole|entire|"
    r"compare|differ(?:s|ences?)?|modules|packages|crates|layers|audit|review|summari[sz]e|consisten(?:t|tly|cy))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Measure:
    """What the router looks at: the scope's tokens (with what the user handed in), its modules' names, the model's window."""

    tokens: int
    modules: Sequence[str]
    window: int = 200_000

    @property
    def fits(self) -> bool:
        """Whether all of the scope can be sent in one prompt."""
        return self.tokens <= self.window * _DIRECT_PART


@dataclass(frozen=True, slots=True)
class Choice:
    """A route, and why in one sentence for people."""

    route: Route
    why: str


def choose(question: str, measure: Measure, asked: Route | None, *, language_model: bool, depth: int) -> Choice:
    """Choose the route. `asked` is the user's own choice, followed wherever it can be; `depth` the deepest sub-agent allowed."""
    if asked is not None:
        return _follow(asked, measure, language_model=language_model, depth=depth)
    size = f"~{measure.tokens:,} tokens in {_modules(len(measure.modules))}"
    if measure.tokens <= DIRECT_TOKENS and measure.fits and language_model:
        return Choice("direct", f"{size} fit into one prompt")
    if depth < 1 or len(measure.modules) < 2:
        return Choice("repl", f"{size}: one agent looks it up")
    named = [name for name in measure.modules if len(name) > 2 and _mentions(question, name)]
    if measure.tokens >= RLM_TOKENS:
        return Choice("rlm", f"{size} are more than one agent should hold: sub-agents may take modules")
    if measure.tokens >= _SPANNING_TOKENS and len(named) > 1:
        return Choice("rlm", f"{size}, and the question names {', '.join(named[:3])}: sub-agents may take modules")
    if measure.tokens >= _SPANNING_TOKENS and (word := _SPANNING.search(question)):
        return Choice(
            "rlm", f'{size}, and the question spans them ("{word.group().lower()}"): sub-agents may take modules'
        )
    return Choice("repl", f"{size}: one agent looks it up")


def _follow(asked: Route, measure: Measure, *, language_model: bool, depth: int) -> Choice:
    if asked == "direct" and not language_model:
        return Choice("repl", "asked for direct, but the navigator is no language model: it looks things up")
    if asked == "direct" and not measure.fits:
        return Choice("repl", f"asked for direct, but ~{measure.tokens:,} tokens do not fit into one prompt")
    if asked == "rlm" and depth < 1:
        return Choice("repl", "asked for rlm, but no sub-agents are allowed (depth 0)")
    return Choice(asked, "asked for")


def _mentions(question: str, name: str) -> bool:
    return re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", question, re.IGNORECASE) is not None


def _modules(count: int) -> str:
    return "1 module" if count == 1 else f"{count:,} modules"
