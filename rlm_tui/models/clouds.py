"""Claude at Amazon Bedrock and at Google's Vertex AI, by the SDK's own clients.

Address, region and credentials come from the variables and files that every client of these clouds reads; nothing of them is
kept in our settings. What they need beside the SDK is installed by the extras `bedrock` and `vertex`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, Protocol

from rlm_tui.models.protocol import ModelError

if TYPE_CHECKING:
    from anthropic import AsyncAnthropicBedrock, AsyncAnthropicVertex, Timeout
    from httpx2 import AsyncClient, Response

Provider = Literal["anthropic", "bedrock", "vertex"]
"""Whose endpoint is asked: Anthropic's own (or any that speaks its API), Amazon's or Google's."""

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class Cloud(Protocol):
    """What a cloud has of its own.

    `table` is its name in the price table, `variable` holds its address, `access` says what to do when it refuses.
    """

    title: str
    table: str
    variable: str
    access: str

    @property
    def base_url(self) -> str:
        """The address, "" while only the SDK's client knows it."""
        ...

    def check(self, model: str) -> None:
        """Raise `ModelError` where no request could succeed; imports nothing."""
        ...

    def client(self, http: AsyncClient, timeout: Timeout) -> AsyncAnthropicBedrock | AsyncAnthropicVertex:
        """Find the credentials and make the client; blocks. Raises `ModelError`."""
        ...

    def secrets(self) -> list[str]:
        """Return the keys and tokens in use."""
        ...

    def events(self, response: Response) -> AsyncIterator[str]:
        """Yield the data of each event of a streamed response. Raises `ValueError` for what is none."""
        ...

    def failures(self) -> tuple[type[Exception], ...]:
        """Return what its credentials raise when they cannot be had any more; call it once the client is made."""
        ...


class Bedrock:
    """Amazon Bedrock: requests are signed with AWS credentials, or carry a Bedrock API key."""

    title, table, variable = "Amazon Bedrock", "aws", "ANTHROPIC_BEDROCK_BASE_URL"
    access = (
        "Check the AWS credentials in use, and that the model is allowed for that account in that region (AWS_REGION)"
    )

    def __init__(self) -> None:
        self._found: list[str] = []

    @property
    def base_url(self) -> str:
        """The address that was set, else the region's."""
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        own = os.environ.get(self.variable, "")
        return own or (f"https://bedrock-runtime.{region}.amazonaws.com" if region else "")

    def check(self, model: str) -> None:
        """Raise `ModelError` without boto3, and for a name that is Anthropic's."""
        _require("boto3", "bedrock", self.title)
        if model.startswith("claude-"):
            raise ModelError(
                f"{self.title} has no model {model!r}: name one as it is called there with --model (and --sub-model), such "
                "as us.anthropic.claude-sonnet-4-5-20250929-v1:0; `aws bedrock list-inference-profiles` lists them.",
                "access",
            )

    def client(self, http: AsyncClient, timeout: Timeout) -> AsyncAnthropicBedrock:
        """Make the client. The SDK itself finds the credentials again for each request, so that they are renewed."""
        import anthropic
        from botocore.exceptions import BotoCoreError, ClientError

        token = os.environ.get("AWS_BEARER_TOKEN_BEDROCK", "")
        try:
            self._found = [token] if token else self._credentials()
            return anthropic.AsyncAnthropicBedrock(
                base_url=self.base_url or None,
                max_retries=0,
                timeout=timeout,
                open_telemetry=False,
                http_client=http,
            )
        except (BotoCoreError, ClientError) as error:  # no such profile, a login that has run out, a role refused
            raise ModelError(f"The AWS credentials cannot be had: {error}", "access") from None
        except ValueError:
            raise ModelError("No AWS region is set. Set AWS_REGION, such as us-east-1.", "access") from None

    def _credentials(self) -> list[str]:
        import boto3

        found = boto3.Session().get_credentials()
        if found is None:
            raise ModelError(
                "There are no AWS credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or "
                "AWS_BEARER_TOKEN_BEDROCK; or run `aws configure`.",
                "access",
            )
        frozen = found.get_frozen_credentials()
        return [one for one in (frozen.access_key, frozen.secret_key, frozen.token) if one]

    def secrets(self) -> list[str]:
        """Return the credentials as they were when the client was made."""
        return self._found

    async def events(self, response: Response) -> AsyncIterator[str]:
        """Yield the events out of Amazon's own framing."""
        from anthropic.lib.bedrock._stream_decoder import AWSEventStreamDecoder
        from botocore.eventstream import ParserError

        try:
            async for event in AWSEventStreamDecoder().aiter_bytes(response.aiter_bytes()):
                yield event.data
        except (ParserError, KeyError, TypeError) as error:
            raise ValueError(f"the endpoint sent a frame that cannot be read ({type(error).__name__})") from None

    def failures(self) -> tuple[type[Exception], ...]:
        """Return what boto3 raises, and the SDK where boto3 finds nothing."""
        from botocore.exceptions import BotoCoreError, ClientError

        return (BotoCoreError, ClientError, RuntimeError)


class Vertex:
    """Vertex AI: requests carry a token of Google's application default credentials."""

    title, table, variable = "Vertex AI", "google", "ANTHROPIC_VERTEX_BASE_URL"
    access = (
        "Check the Google credentials in use, and that the model is enabled for that project "
        "(ANTHROPIC_VERTEX_PROJECT_ID) in that region (CLOUD_ML_REGION)"
    )

    def __init__(self) -> None:
        self._token: list[str] = []

    @property
    def base_url(self) -> str:
        """The address that was set."""
        return os.environ.get(self.variable, "")

    def check(self, model: str) -> None:
        """Raise `ModelError` without google-auth, and without a region."""
        _require("google.auth", "vertex", self.title)
        if not os.environ.get("CLOUD_ML_REGION"):
            raise ModelError(
                "No region of Vertex AI is set. Set CLOUD_ML_REGION, such as global or us-east5.", "access"
            )

    def client(self, http: AsyncClient, timeout: Timeout) -> AsyncAnthropicVertex:
        """Make the client with credentials that have a token; the SDK renews it."""
        import anthropic
        import google.auth
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.requests import Request

        try:
            credentials, project = google.auth.default(scopes=[_SCOPE])
            if not credentials.token:
                credentials.refresh(Request())
        except GoogleAuthError as error:
            raise ModelError(
                f"There are no Google credentials that work ({_first_line(error)}). Run `gcloud auth application-default "
                "login`, or set GOOGLE_APPLICATION_CREDENTIALS to the file of a service account.",
                "access",
            ) from None
        project = os.environ.get("ANTHROPIC_VERTEX_PROJECT_ID") or project
        if not project:
            raise ModelError("No Google project is set. Set ANTHROPIC_VERTEX_PROJECT_ID.", "access")
        client = anthropic.AsyncAnthropicVertex(
            region=os.environ["CLOUD_ML_REGION"],
            project_id=project,
            credentials=credentials,
            base_url=self.base_url or None,
            max_retries=0,
            timeout=timeout,
            open_telemetry=False,
            http_client=http,
        )
        self._token = [credentials.token]
        return client

    def secrets(self) -> list[str]:
        """Return the token with which the client was made; later ones are known by their shape."""
        return self._token

    def events(self, response: Response) -> AsyncIterator[str]:
        """Yield the events, which are framed as Anthropic's are."""
        return server_sent(response)

    def failures(self) -> tuple[type[Exception], ...]:
        """Return what google-auth raises."""
        from google.auth.exceptions import GoogleAuthError

        return (GoogleAuthError,)


def cloud_of(provider: Provider) -> Cloud | None:
    """Return the cloud of this name, None for Anthropic's own API."""
    match provider:
        case "bedrock":
            return Bedrock()
        case "vertex":
            return Vertex()
        case "anthropic":
            return None


async def server_sent(response: Response) -> AsyncIterator[str]:
    """Yield the data of each server-sent event of a response."""
    import anthropic

    async for event in anthropic.AsyncStream.raw_events(response):
        yield event.data


def _require(module: str, extra: str, title: str) -> None:
    try:
        found = find_spec(module) is not None
    except ModuleNotFoundError:  # its parent is not there
        found = False
    if not found:
        raise ModelError(
            f"{title} needs {module.replace('.', '-')}, which is not installed: pip install 'rlm-tui[{extra}]'",
            "access",
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__
