"""Language models behind Anthropic's endpoint, or any that speaks its Messages API."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from rlm_tui.models import limits, prices
from rlm_tui.models.clouds import Provider, cloud_of
from rlm_tui.models.conversation import Manner, body
from rlm_tui.models.endpoint import Cells, Connection
from rlm_tui.models.protocol import Cell, Counted, Delta, ModelError, Request, Retry, StreamItem, Usage
from rlm_tui.models.retries import Fault, Patience, connection_fault, status_fault
from rlm_tui.models.turn import Malformed, Refused, Turn

if TYPE_CHECKING:
    from anthropic import APIStatusError

_LISTED = 100
"""Models of a list that are offered."""
_GRACE = 1.0
"""Seconds that a stream may stay open after its last event; only an ended one gives its connection back to the pool."""


class Endpoint:
    """A place where models are asked by name. All models made here share one client and one pool of connections."""

    def __init__(
        self,
        api_key: str | None = None,
        auth_token: str | None = None,
        base_url: str | None = None,
        cells: Cells = "auto",
        patience: Patience | None = None,
        provider: Provider = "anthropic",
    ) -> None:
        """`api_key`, `auth_token` and `base_url` are for Anthropic's API; a cloud's stand in its own variables."""
        self._connection = Connection(api_key, auth_token, base_url, patience, cloud_of(provider))
        self._cells: Cells = cells

    def __repr__(self) -> str:
        return f"Endpoint({self._connection.origin})"

    @property
    def warnings(self) -> list[str]:
        """What the user should know about this endpoint before a question goes there."""
        if not self._connection.exposed:
            return []
        return [f"the key travels in the clear: {self._connection.origin} is plain http and not on this machine"]

    @property
    def silence(self) -> float:
        """Seconds after which a stream without a byte counts as dropped."""
        return self._connection.patience.silence

    def model(self, name: str) -> AnthropicModel:
        """Return the model of this name. Raises `ModelError` for a wrong address, or where a key is needed and missing."""
        self._connection.check(name)
        return AnthropicModel(name, self._connection, self._cells)

    @property
    def origin(self) -> str:
        """The address as people may see it."""
        return self._connection.origin

    async def offered(self) -> list[str]:
        """Return the names of the models that the endpoint lists. Raises `ModelError` where it lists none, or is not there."""
        connection = self._connection
        if connection.cloud is not None:
            raise ModelError(f"{connection.origin} has no list of models", "reply")
        connection.check("")
        client = await connection.client()
        import anthropic  # imported by now

        try:
            page = await client.models.list(limit=_LISTED)  # type: ignore[union-attr]  # of Anthropic's client, checked above
        except (anthropic.AnthropicError, ValueError, OSError) as error:
            raise ModelError(f"{connection.origin} lists no models: {connection.clean(str(error))}", "reply") from None
        names = [connection.clean(str(one.id)) for one in page.data or []]
        return [name for name in names if name][:_LISTED]

    async def warm(self) -> None:
        """Import the SDK, make its client and read the price table ahead of the first question, in threads."""
        await self._connection.client()
        await asyncio.to_thread(prices.dollars, "", Usage())

    async def close(self) -> None:
        """Close the connections. Idempotent."""
        await self._connection.close()


class AnthropicModel:
    """One model of an endpoint; see `protocol.Model`. Made by `Endpoint.model`."""

    is_language_model = True

    def __init__(self, name: str, connection: Connection, cells: Cells) -> None:
        self._name = name
        self._connection = connection
        self._cells: Cells = cells

    def __repr__(self) -> str:
        return f"AnthropicModel({self._name!r}, {self._connection.origin})"

    @property
    def name(self) -> str:
        """The model's name, as the endpoint knows it."""
        return self._name

    def price(self, usage: Usage) -> float | None:
        """Return the price of one completion in US dollars, None where the table does not know the model."""
        cloud = self._connection.cloud
        if cloud is not None:
            return prices.dollars(self._name, usage, provider=cloud.table)
        return prices.dollars(self._name, usage, "" if self._connection.official else self._connection.base_url)

    @property
    def window(self) -> int:
        """The tokens that a request and its reply may have together: as the endpoint told, else by the model's name."""
        return self._connection.windows.get(self._name) or limits.window(self._name)

    @property
    def secrets(self) -> list[str]:
        """The keys, tokens and passwords in use."""
        return self._connection.secrets

    async def close(self) -> None:
        """Close the endpoint's connections, which its other models share. Idempotent."""
        await self._connection.close()

    async def stream(self, request: Request) -> AsyncGenerator[StreamItem, None]:
        """Answer `request`, waiting out what passes. Raises `ModelError` when no reply can be had."""
        attempt = 0
        lost = Usage()
        while True:
            fences = self._cells == "fence" or self._name in self._connection.without_tools
            turn = Turn(_fence_id(request) if fences and request.cells else "")
            counted = Usage()
            fault = None
            try:
                async with aclosing(self._ask(request, turn, fences)) as events:
                    async for deltas in events:
                        if turn.usage != counted:
                            counted = turn.usage
                            yield Counted(lost + counted)
                        for delta in deltas:
                            yield delta
            except _Faulty as faulty:
                fault = None if turn.whole else faulty.fault  # a drop after the end takes nothing away
            if fault is None:
                for delta in turn.end():
                    yield delta
                reply = turn.reply()
                yield replace(reply, usage=lost + reply.usage)
                return
            lost += turn.usage  # what streamed is void, but was paid for
            if self._adapt(fault, request, fences):
                continue
            attempt += 1
            self._judge(fault, attempt, lost)
            seconds = self._connection.patience.seconds(attempt, fault.asked)
            yield Retry(attempt, seconds, fault.reason)
            await asyncio.sleep(seconds)

    async def _ask(self, request: Request, turn: Turn, fences: bool) -> AsyncGenerator[list[Delta], None]:
        """Ask once; yields what each event of the stream completes."""
        client = await self._connection.client()
        import anthropic  # imported by now
        import httpx2  # what the SDK stands on, whose errors it lets through from within a stream

        most = min(request.max_tokens, self._connection.ceilings.get(self._name, limits.most_output(self._name)))
        wire = body(request, self._name, most, Manner(fences, eager=self._connection.official))
        try:
            stream = await client.messages.create(**wire, stream=True)  # type: ignore[call-overload]  # plain JSON, not its types
            self._connection.reached = True
            try:
                _expect_events(stream.response.headers.get("content-type", ""))
                events = self._connection.events(stream.response)
                async for event in events:
                    yield turn.feed(event)
                    if turn.ended:
                        break
                turn.check()
                if turn.stopped:
                    with contextlib.suppress(TimeoutError, httpx2.HTTPError):
                        async with asyncio.timeout(_GRACE):
                            async for _ in events:
                                pass
            finally:
                await stream.close()
        except anthropic.APIStatusError as error:
            self._connection.reached = True
            raise _Faulty(self._status_fault(error)) from None
        except anthropic.APITimeoutError:
            raise _Faulty(Fault("network", self._silence(), again=True)) from None
        except anthropic.APIConnectionError as error:
            fault = connection_fault(error)
            raise _Faulty(replace(fault, reason=self._connection.clean(fault.reason))) from None
        except httpx2.ReadTimeout:
            raise _Faulty(Fault("network", self._silence(), again=True)) from None
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            reason = self._connection.clean(str(error)) or type(error).__name__
            raise _Faulty(Fault("network", f"the stream was dropped: {reason}", again=True)) from None
        except (Malformed, ValueError) as error:  # no event; not UTF-8; no frame of a cloud's
            raise _Faulty(Fault("reply", str(error), again=True)) from None
        except self._connection.failures() as error:
            raise _Faulty(Fault("access", self._connection.clean(str(error)))) from None
        except Refused as error:
            message = self._connection.clean(str(error))
            fault = (
                Fault("reply", message)
                if error.kind == "reply_too_long"
                else status_fault(200, error.kind, message, {})
            )
            raise _Faulty(fault) from None

    def _status_fault(self, error: APIStatusError) -> Fault:
        if error.status_code < 400:
            where = self._connection.clean(error.response.headers.get("location", "")) or "nowhere"
            reason = f"{error.status_code}: it redirects to {where}, which is not followed. Is {self._connection.variable} right?"
            return Fault("reply", reason, status=error.status_code)
        message = error.api_message
        if not isinstance(message, str) or not message:
            message = error.body if isinstance(error.body, str) else error.message
        return status_fault(
            error.status_code, error.type or "", self._connection.clean(message), error.response.headers
        )

    def _silence(self) -> str:
        return f"nothing came for {self._connection.patience.silence:g} s"

    def _adapt(self, fault: Fault, request: Request, fences: bool) -> bool:
        """Learn from a refusal what this model cannot do; True when the request can go out again, changed."""
        if fault.refuses_tools and request.cells and not fences and self._cells == "auto":
            self._connection.without_tools.add(self._name)
            return True
        if fault.window:
            self._connection.windows[self._name] = fault.window
        if fault.ceiling and fault.ceiling < self._connection.ceilings.get(self._name, request.max_tokens):
            self._connection.ceilings[self._name] = fault.ceiling
            return True
        return False

    def _judge(self, fault: Fault, attempt: int, lost: Usage) -> None:
        """Raise what ends the completion: a fault that waiting does not mend, or too many of those that it may."""
        patience, origin = self._connection.patience, self._connection.origin
        most = patience.retries if self._connection.reached else patience.unreached
        if not fault.again:
            message = self._explain(fault)
        elif (fault.asked or 0) > patience.asked:
            message = f"{origin} asks to wait {fault.asked:.0f} s ({fault.reason}). Ask again then."
        elif attempt > most:
            message = f"{origin} failed {attempt} times, at last with: {fault.reason}{self._hint()}"
        else:
            return
        raise ModelError(message, fault.kind, lost)

    def _explain(self, fault: Fault) -> str:
        origin, cloud = self._connection.origin, self._connection.cloud
        if cloud is not None and fault.kind == "access" and fault.status != 404:
            return f"{origin} does not allow this ({fault.reason}). {cloud.access}."
        if fault.status == 401 and not self._connection.has_key:
            return f"{origin} wants a key and none is set ({fault.reason}). Set ANTHROPIC_API_KEY."
        if fault.status == 401:
            return f"{origin} refused the key ({fault.reason}). Set ANTHROPIC_API_KEY to one that is valid there."
        if fault.status == 404:
            return (
                f"{origin} does not offer the model {self._name!r} ({fault.reason}). Name another with --model, or correct "
                f"{self._connection.variable}."
            )
        if fault.kind == "access":
            return f"{origin} does not allow this ({fault.reason}). Check the account of the key, or set another key."
        if fault.kind == "limit":
            return f"the request is too long for {self._name} ({fault.reason}). Narrow the scope, or choose a larger model."
        if fault.refuses_tools:
            return f"{origin} refuses tool calls ({fault.reason}). Set cells to fence."
        return f"{origin} cannot serve this: {fault.reason}"

    def _hint(self) -> str:
        return "" if self._connection.reached else f". Is {self._connection.variable} right, and the endpoint running?"


class _Faulty(Exception):
    """Carries a fault out of an attempt."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


def _expect_events(content_type: str) -> None:
    """Refuse what is plainly no stream of events: a web page, or JSON from an endpoint that cannot stream."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in ("text/html", "application/json"):
        raise _Faulty(
            Fault("reply", f"it answered with {kind} in place of a stream of events. Is ANTHROPIC_BASE_URL right?")
        )


def _fence_id(request: Request) -> str:
    written = sum(isinstance(block, Cell) for message in request.messages for block in message.blocks)
    return f"cell_{written + 1}"
