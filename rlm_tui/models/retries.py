"""Which faults of the wire pass by waiting, how long to wait, and what the others mean to the user."""

from __future__ import annotations

import os
import random
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

_AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
    "validationException": 400,
    "throttlingException": 429,
    "modelTimeoutException": 408,
    "serviceUnavailableException": 503,
}
"""The error types of the API, and of Bedrock's streams, with the status each has outside of a stream."""

_TOO_LONG = re.compile(
    r"prompt is too long|context (length|limit|window|size)|maximum context|too many tokens", re.IGNORECASE
)
_NO_TOOLS = re.compile(r"\b(tools?|tool[ _-](choice|use|call\w*)|function[ _-]call\w*)\b", re.IGNORECASE)
_WINDOW = re.compile(r"> ?(\d{4,8})\b|(?:context|window) \w* ?(?:is|of) (\d{4,8})\b", re.IGNORECASE)
_CEILING = re.compile(r"max_tokens: \d+ > (\d+)")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long to wait; seconds throughout.

    A stream silent for `silence` is taken as dropped. Waits double from `first` to `longest`, shortened by chance so that
    sub-calls that failed together do not return together. A wait that the endpoint asks for is kept up to `asked`; an
    endpoint that wants more, or one that was never reached in `unreached` retries, is given up.
    """

    retries: int = 7
    unreached: int = 3
    first: float = 0.5
    longest: float = 20.0
    asked: float = 120.0
    silence: float = 120.0

    def seconds(self, attempt: int, asked: float | None) -> float:
        """Return how long to wait before retry number `attempt`, counted from 1.

        What the endpoint asks for is a little exceeded, never undercut. Asked to wait for nothing, we wait as if not asked:
        else all retries would be spent in a moment.
        """
        if asked:
            return asked * random.uniform(1.0, 1.1)  # noqa: S311  # no secret
        return min(self.longest, self.first * 2.0 ** (attempt - 1)) * random.uniform(0.75, 1.0)  # noqa: S311  # no secret


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong. `again`: waiting may help; `asked`: seconds the endpoint wants us to wait; `status`: 0 without one."""

    kind: Literal["access", "network", "limit", "reply"]
    reason: str
    again: bool = False
    asked: float | None = None
    status: int = 0

    @property
    def refuses_tools(self) -> bool:
        """Whether the endpoint or its model cannot do tool calls, by what it says."""
        return self.kind != "limit" and self.status in (400, 404, 422, 500, 501) and bool(_NO_TOOLS.search(self.reason))

    @property
    def ceiling(self) -> int | None:
        """The most tokens that the model can be asked for, where the endpoint told so."""
        found = _CEILING.search(self.reason)
        return int(found.group(1)) if found and self.status == 400 else None

    @property
    def window(self) -> int | None:
        """The tokens that the model can hold, where a refusal of a long request tells so."""
        found = _WINDOW.search(self.reason) if self.kind == "limit" else None
        return int(found[1] or found[2]) if found else None


def status_fault(status: int, kind: str, message: str, headers: Mapping[str, str]) -> Fault:
    """Judge an error that the endpoint sent: its status (200: within a stream), its error type, its message."""
    if status < 400:
        status = _STATUS.get(kind, 500)
    reason = f"{status} {message}".strip()
    if status in (401, 402, 403) or "credit balance" in message:
        return Fault("access", reason, status=status)
    if status == 413 or (status == 400 and _TOO_LONG.search(message)):
        return Fault("limit", reason, status=status)
    if status == 404:
        return Fault("access", reason, status=status)
    told = headers.get("x-should-retry", "")
    again = status in _AGAIN if told not in ("true", "false") else told == "true"
    return Fault("network" if again or status >= 500 else "reply", reason, again, retry_after(headers), status)


def connection_fault(error: BaseException) -> Fault:
    """Judge an error that came before any answer: no connection, no name, no trust, no time."""
    deepest = error
    while (cause := deepest.__cause__ or deepest.__context__) is not None and cause is not deepest:
        deepest = cause
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Fault("network", f"its certificate is not trusted: {cause.verify_message}")
    # asyncio puts the address where the reason should stand; the names of hosts have error numbers of their own.
    numbered = isinstance(deepest, OSError) and not isinstance(deepest, socket.gaierror) and deepest.errno
    reason = os.strerror(numbered) if numbered else str(deepest) or type(deepest).__name__
    return Fault("network", f"no connection: {reason}", again=True)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait that the headers ask for (in milliseconds, in seconds, as a date), None if they do not."""
    try:
        if milliseconds := headers.get("retry-after-ms"):
            return _sensible(float(milliseconds) / 1000)
        given = headers.get("retry-after", "")
        if re.fullmatch(r"[\d.]+", given):
            return _sensible(float(given))
        if given:
            return _sensible(max(0.0, (parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds()))
    except (ValueError, TypeError):
        pass  # an endpoint that cannot say how long is waited for as if it had not
    return None


def _sensible(seconds: float) -> float | None:
    return seconds if 0 <= seconds < float("inf") else None
