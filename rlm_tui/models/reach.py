"""Tries a model live: the shortest of completions, with little patience, so that a set-up can be checked at once."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing

from rlm_tui.models.anthropic import Endpoint
from rlm_tui.models.protocol import Message, ModelError, Reply, Request, Retry, Text
from rlm_tui.models.retries import Patience

IMPATIENT = Patience(retries=1, unreached=0, asked=5.0, silence=30.0)
"""Enough for one slip of the wire."""
_MOST = 60.0
"""Seconds for all of it; a model on one's own machine may have to be loaded first."""


async def reach(endpoint: Endpoint, name: str) -> str:
    """Return that the model was reached, in words. Raises `ModelError` that says what happened and what to do."""
    began = time.monotonic()
    request = Request("", (Message("user", (Text("Answer with the word: ready"),)),), cells=False, max_tokens=16)
    last = ""
    try:
        async with asyncio.timeout(_MOST), aclosing(endpoint.model(name).stream(request)) as items:
            async for item in items:
                if isinstance(item, Retry):
                    last = item.reason
                elif isinstance(item, Reply):
                    return f"reached: {name} answers ({time.monotonic() - began:.1f} s)"
    except TimeoutError:
        why = f" ({last})" if last else ""
        raise ModelError(f"no answer in {_MOST:.0f} s{why}: is it running, and the model loaded?", "network") from None
    raise ModelError("the endpoint ended without an answer", "reply")
