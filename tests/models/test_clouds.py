"""Bedrock and Vertex AI through the SDK's own clients, with made-up credentials, against a server on loopback.

They need what the extras `bedrock` and `vertex` install, and are skipped without; then it is tested that this is told.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from messages_clouds import TOKEN, CloudServer, chunk, exception
from messages_server import Answer, MessagesServer, cell, error, text
from model_asking import HASTY, Asked, agent, ask, query

from rlm_tui.models.anthropic import Endpoint
from rlm_tui.models.clouds import Provider
from rlm_tui.models.protocol import ModelError, Usage

AMAZONS, GOOGLES = "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5@20250929"
SECRET, SESSION = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "IQoJb3JpZ2luX2VjEXAMPLE" + "a0" * 60

with_boto3 = pytest.mark.skipif(find_spec("boto3") is None, reason="the extra bedrock is not installed")
with_google = pytest.mark.skipif(
    find_spec("google") is None or find_spec("google.auth") is None, reason="the extra vertex is not installed"
)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials but those of the test: none of the user's, none of the machine's."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_BEARER_TOKEN_BEDROCK", "CLOUD_ML_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "none"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS credentials, as they stand in the environment."""
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", SESSION)


async def asked_of(
    server: MessagesServer, provider: Provider, name: str, monkeypatch: pytest.MonkeyPatch, *, cells: bool = True
) -> Asked:
    """Ask a cloud's model once."""
    monkeypatch.setenv("ANTHROPIC_BEDROCK_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_VERTEX_BASE_URL", f"{server.url}/v1")
    place = Endpoint("sk-not-for-clouds", base_url="http://127.0.0.1:9", patience=HASTY, provider=provider)
    try:
        return await ask(place.model(name), agent() if cells else query())
    finally:
        await place.close()


@with_boto3
async def test_bedrock_is_asked_with_a_signature(amazon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    async with CloudServer([cell("print(1)", "I look: é").usage(10, 20, 30, 40)]) as server:
        asked = await asked_of(server, "bedrock", AMAZONS, monkeypatch)
    (request,) = server.requests
    assert request.path == f"/model/{AMAZONS}/invoke-with-response-stream"
    assert request.headers["x-amz-security-token"] == SESSION
    assert "ASIAIOSFODNN7EXAMPLE" in request.headers["authorization"]
    assert SECRET not in str(request.headers) + json.dumps(request.body)
    assert "sk-not-for-clouds" not in str(request.headers)
    assert request.body["tools"][0]["name"] == "repl"
    assert (asked.reply.text, asked.reply.usage) == ("I look: é", Usage(10, 20, 30, 40))
    assert asked.reply.cell is not None
    assert asked.streamed("code") == asked.reply.cell.code == "print(1)"


@with_boto3
async def test_bedrock_may_be_asked_with_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "a-key-of-bedrock-0123456789")
    async with CloudServer([error(403, "x", "a-key-of-bedrock-0123456789 may not")]) as server:
        with pytest.raises(ModelError, match=r"\[key\] may not.*AWS credentials.*AWS_REGION") as raised:
            await asked_of(server, "bedrock", AMAZONS, monkeypatch)
    assert raised.value.kind == "access"
    assert server.requests[0].headers["authorization"] == "Bearer a-key-of-bedrock-0123456789"


@with_boto3
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (error(429, "throttling", "Too many tokens, please wait"), "429"),
        (text("a long answer").splicing(3, exception("throttlingException", "slow down")).cut(events=3), "429"),
        (text("a long answer").splicing(3, exception("internalServerException", "oh")).cut(events=3), "500"),
        (text("a long answer").cut(events=3), "dropped"),
        (text("a long answer").ends_early(), "ended in the middle"),
        (text("a long answer").splicing(3, chunk(b'{"type":"ping"}')[:-1] + b"\0"), "frame that cannot be read"),
        (text("a long answer").splicing(3, chunk(b'{"type":"content_block_delta"}')), "cannot be read"),
    ],
)  # fmt: skip
async def test_faults_of_bedrock_are_retried(
    fault: Answer, reason: str, amazon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with CloudServer([fault, text("ok")]) as server:
        asked = await asked_of(server, "bedrock", AMAZONS, monkeypatch, cells=False)
    assert asked.reply.text == "ok"
    assert [reason in retry.reason for retry in asked.retries] == [True], asked.retries


@with_boto3
@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"AWS_REGION": "us-east-1"}, "no AWS credentials. Set AWS_ACCESS_KEY_ID"),
        ({"AWS_BEARER_TOKEN_BEDROCK": "a-key-of-bedrock"}, "Set AWS_REGION"),
        ({"AWS_REGION": "us-east-1", "AWS_PROFILE": "absent"}, "absent"),
    ],
)
async def test_what_bedrock_lacks_is_told(
    variables: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    async with CloudServer([]) as server:
        with pytest.raises(ModelError, match=says) as raised:
            await asked_of(server, "bedrock", AMAZONS, monkeypatch)
    assert raised.value.kind == "access"
    assert not server.requests


@with_boto3
def test_a_name_of_anthropics_is_none_of_bedrocks(amazon: None) -> None:
    with pytest.raises(ModelError, match="--model"):
        Endpoint(provider="bedrock").model("claude-sonnet-5-5")


@pytest.fixture
def service_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a service account of Google's, made here; its tokens come from the server of the test."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {"type": "service_account", "project_id": "shop", "client_email": "a@b", "private_key": key.decode()}
    path = tmp_path / "account.json"
    path.write_text(json.dumps(account))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    monkeypatch.setenv("CLOUD_ML_REGION", "global")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return path


def name_server(account: Path, server: MessagesServer) -> None:
    """Have the tokens of a service account come from `server`."""
    written = json.loads(account.read_text())
    account.write_text(json.dumps({**written, "token_uri": f"{server.url}/token"}))


@with_google
async def test_vertex_is_asked_with_a_token(service_account: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [cell("print(1)", "I look").usage(10, 20), error(403, "x", f"{TOKEN} is not allowed here")]
    async with CloudServer(answers) as server:
        name_server(service_account, server)
        asked = await asked_of(server, "vertex", GOOGLES, monkeypatch)
        with pytest.raises(ModelError, match=r"\[key\] is not allowed here.*CLOUD_ML_REGION"):
            await asked_of(server, "vertex", GOOGLES, monkeypatch)
    assert [request.path for request in server.requests].count("/token") == 2
    request = server.requests[1]
    assert request.path.endswith(f"/models/{GOOGLES}:streamRawPredict")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert "sk-not-for-clouds" not in str(request.headers)
    assert (asked.reply.text, asked.streamed("code")) == ("I look", "print(1)")


@with_google
async def test_what_vertex_lacks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with CloudServer([]) as server:
        with pytest.raises(ModelError, match="Set CLOUD_ML_REGION"):
            await asked_of(server, "vertex", GOOGLES, monkeypatch)
        monkeypatch.setenv("CLOUD_ML_REGION", "global")
        with pytest.raises(ModelError, match="gcloud auth application-default login") as raised:
            await asked_of(server, "vertex", GOOGLES, monkeypatch)
    assert raised.value.kind == "access"


@pytest.mark.parametrize(("provider", "module"), [("bedrock", "boto3"), ("vertex", "google.auth")])
def test_a_missing_extra_is_told(provider: Provider, module: str) -> None:
    if find_spec(module.partition(".")[0]) is not None:
        pytest.skip("it is installed")
    with pytest.raises(ModelError, match=rf"pip install 'rlm-tui\[{provider}\]'"):
        Endpoint(provider=provider).model("m")
