"""Where models are asked: address, key, the one client with its pool of connections, and what was learnt about the place."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ipaddress
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit

from rlm_tui.models.clouds import Cloud, server_sent
from rlm_tui.models.protocol import ModelError
from rlm_tui.models.retries import Patience
from rlm_tui.repository.sanitize import escape_name, sanitize

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic, AsyncAnthropicBedrock, AsyncAnthropicVertex
    from httpx2 import Response

OFFICIAL = "https://api.anthropic.com"
_PLACEHOLDER = "no-key"
_LONGEST_MESSAGE = 300
_LOCAL_PATIENCE = Patience(silence=600.0)
"""A model on one's own machine may read a long prompt for minutes, and sends no ping meanwhile."""


class Connection:
    """One address with its key; every model of a run shares it. Nothing is imported or opened before it is needed.

    `base_url` None is Anthropic's own. An address that ends in `/v1` means the same as without: other clients want it. With a
    `cloud`, address and credentials are that one's.
    """

    def __init__(
        self,
        api_key: str | None,
        auth_token: str | None,
        base_url: str | None,
        patience: Patience | None,
        cloud: Cloud | None = None,
    ) -> None:
        self.cloud = cloud
        if cloud is not None:
            api_key, auth_token, base_url = None, None, cloud.base_url
        api_key, auth_token = (api_key or "").strip() or None, (auth_token or "").strip() or None
        self._secrets = [secret for secret in (api_key, auth_token) if secret]
        self._bearer = auth_token if auth_token and not api_key else None
        self._key = api_key or (None if self._bearer else _PLACEHOLDER)
        self.base_url = _trimmed(base_url or OFFICIAL) if cloud is None else cloud.base_url
        self.patience = patience or (_LOCAL_PATIENCE if self._is_local() else Patience())
        self.reached = False
        self.without_tools: set[str] = set()
        self.ceilings: dict[str, int] = {}
        self.windows: dict[str, int] = {}
        self._opening: asyncio.Task[Client] | None = None

    def __repr__(self) -> str:
        return f"Connection({self.origin})"

    @property
    def official(self) -> bool:
        """Whether this is Anthropic's own endpoint."""
        return self.base_url == OFFICIAL

    @property
    def has_key(self) -> bool:
        """Whether the user gave a key or a token."""
        return bool(self._secrets)

    @property
    def secrets(self) -> list[str]:
        """Every key, token and password in use, which nothing may show or keep."""
        found = [*self._secrets, _password(self.base_url), *(self.cloud.secrets() if self.cloud is not None else ())]
        return [secret for secret in found if secret]

    @property
    def origin(self) -> str:
        """The address as people may see it: without a password or a query that stands in it."""
        if self.cloud is not None and not self.base_url:
            return self.cloud.title
        scheme, separator, rest = self.base_url.rpartition("://")
        host, slash, path = rest.partition("/")
        shown, mark, _ = (host.rpartition("@")[2] + slash + path).partition("?")
        return escape_name(scheme + separator + shown.partition("#")[0] + (mark and "?…"))[:200]

    @property
    def exposed(self) -> bool:
        """Whether a key would travel in the clear: plain http to another machine."""
        url = self._parsed()
        return (
            (self.has_key or self.cloud is not None) and url.scheme == "http" and not _is_loopback(url.hostname or "")
        )

    def check(self, model: str) -> None:
        """Raise `ModelError` where no request for `model` could succeed: a wrong address, or none and no key."""
        if self.cloud is not None:
            self.cloud.check(model)
            if not self.base_url:
                return
        try:
            url = self._parsed()
            sound = (
                url.scheme in ("http", "https") and url.hostname and url.port != 0 and not (url.query or url.fragment)
            )
        except ValueError:
            sound = None
        if not sound or any(letter.isspace() or not letter.isprintable() for letter in self.base_url):
            raise ModelError(
                f"{self.origin!r} is no address of a model endpoint. Set {self.variable} to something like "
                "http://localhost:11434, or unset it.",
                "access",
            )
        if any(not secret.isascii() or not secret.isprintable() for secret in self._secrets):
            raise ModelError(
                "The key holds characters that no key has. Set ANTHROPIC_API_KEY again, copied whole.", "access"
            )
        if self.official and not self.has_key:
            raise ModelError(
                "There is no key for api.anthropic.com. Set ANTHROPIC_API_KEY; or set ANTHROPIC_BASE_URL to an endpoint of "
                "your own; or work without a language model: --model navigator.",
                "access",
            )

    def clean(self, text: str) -> str:
        """Make a message from the endpoint fit to be shown: no key in it, no control characters, not long."""
        for secret in self.secrets:
            text = text.replace(secret, "[key]")
        text = " ".join(sanitize(text).split())
        return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + "..."

    @property
    def variable(self) -> str:
        """The variable that holds the address."""
        return self.cloud.variable if self.cloud is not None else "ANTHROPIC_BASE_URL"

    async def client(self) -> Client:
        """Return the client, made on first use in a thread: the import alone is 1.2 s of CPU."""
        if self._opening is None:
            self._opening = asyncio.create_task(asyncio.to_thread(self._open))
        return await asyncio.shield(self._opening)

    def events(self, response: Response) -> AsyncIterator[str]:
        """Yield the data of each event of a stream, as it is framed here."""
        if self.cloud is not None:
            return self.cloud.events(response)
        return server_sent(response)

    def failures(self) -> tuple[type[Exception], ...]:
        """Return what a cloud's credentials raise when they cannot be had any more; only for when the client is made."""
        return () if self.cloud is None else self.cloud.failures()

    async def close(self) -> None:
        """Close the connections. Idempotent; a later request opens new ones."""
        opening, self._opening = self._opening, None
        if opening is not None:
            with contextlib.suppress(ModelError):  # it never opened, and its users were told
                await (await opening).close()

    def _open(self) -> Client:
        with _collector_at_rest():
            import anthropic  # see `client`
        import httpx2

        silence = self.patience.silence
        # The SDK lets go of idle connections after 5 s, and a cell may well run longer than that. It keeps 100 of them, and
        # probes each at every request: with 64 idle that is half of what a request costs.
        limits = httpx2.Limits(max_connections=1000, max_keepalive_connections=20, keepalive_expiry=60.0)
        # Redirects are not followed: they would take the key, and prompts that quote the source, to where nobody sent them.
        try:
            if self._is_local():
                # A proxy of the environment is not meant for this machine, but few remember NO_PROXY. A transport of one's
                # own is what keeps the SDK from reading it.
                http = anthropic.DefaultAsyncHttpxClient(
                    transport=httpx2.AsyncHTTPTransport(limits=limits), follow_redirects=False
                )
            else:
                http = anthropic.DefaultAsyncHttpxClient(limits=limits, follow_redirects=False)
            timeout = anthropic.Timeout(silence, connect=min(10.0, silence))
            client: Client
            if self.cloud is not None:
                client = self.cloud.client(http, timeout)
            else:
                client = anthropic.AsyncAnthropic(
                    api_key=self._key,
                    auth_token=self._bearer,
                    base_url=self.base_url,
                    max_retries=0,  # ours are seen by the user
                    timeout=timeout,
                    open_telemetry=False,
                    http_client=http,
                )
        except (httpx2.InvalidURL, ValueError, ImportError) as error:  # the address, or a proxy of the environment
            raise ModelError(
                f"No client for {self.origin}: {self.clean(str(error))}. Correct {self.variable}, or the proxy variables.",
                "access",
            ) from None
        _ = client.messages  # imports the types of the Messages API, which would else delay the first request
        return client

    def _parsed(self) -> SplitResult:
        return urlsplit(self.base_url)

    def _is_local(self) -> bool:
        try:
            return _is_loopback(self._parsed().hostname or "")
        except ValueError:
            return False  # `check` says what is wrong with it


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Import something large: the SDK has 3,300 modules, whose 150,000 objects live as long as the program.

    The garbage collector would walk them again and again while they come, a fifth of the time, and later in every full
    collection, which then takes 60 ms: a stutter on the screen. So it rests meanwhile, and then leaves them alone.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if collecting:
            gc.enable()


def _trimmed(url: str) -> str:
    return url.strip().rstrip("/").removesuffix("/messages").removesuffix("/v1").rstrip("/")


def _password(url: str) -> str:
    return url.rpartition("://")[2].partition("/")[0].rpartition("@")[0].partition(":")[2]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


Client: TypeAlias = "AsyncAnthropic | AsyncAnthropicBedrock | AsyncAnthropicVertex"
Cells = Literal["auto", "tool", "fence"]
"""How cells travel; "auto" begins with tool calls and turns to fences where the endpoint refuses them."""
