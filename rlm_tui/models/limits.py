"""How much a model reads and writes at most; the endpoint knows better, and what it says in a refusal is learnt."""

from __future__ import annotations

import re
from functools import lru_cache

ASSUMED = 200_000
"""Tokens of a Claude model's window. More (a million, of some) is not for every account, costs more and is read less well."""

UNKNOWN = 32_768
"""Tokens of the window of a model that the table does not know: what endpoints of one's own are commonly started with."""

# Anthropic's models that write less than we ever ask for (their "max output", by Anthropic's overview of models).
_SHORT = re.compile(r"claude-(?:3-(?:opus|sonnet|haiku)|2|instant|v\d)")
_SHORT_OUTPUT = 4_096
_MOST_OUTPUT = 64_000


@lru_cache(maxsize=256)
def window(model: str) -> int:
    """Return the tokens that a request and its reply may have together, by the table that genai-prices ships."""
    if "claude" in model:
        return ASSUMED
    from genai_prices.data_snapshot import get_snapshot  # 0.16 s of CPU, and Claude needs none of it

    try:
        known = get_snapshot().find_provider_model(model, None, None, None)[1].context_window
    except LookupError:
        known = None
    return min(known or UNKNOWN, ASSUMED)


def most_output(model: str) -> int:
    """Return the most tokens that a model can be asked to write."""
    return _SHORT_OUTPUT if _SHORT.search(model) else _MOST_OUTPUT
