"""The scripted Messages API as Amazon Bedrock and Vertex AI serve it: other paths, other keys, Amazon's own framing.

What the clouds check, this checks too: that a request is signed or carries a token, and names its model in its path only.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import replace
from urllib.parse import unquote

from messages_answers import Json
from messages_server import Answer, MessagesServer, Received, error

TOKEN = "ya29.an-access-token-of-google-0123456789"
_BEDROCK = re.compile(r"/model/([^/]+)/invoke-with-response-stream")
_VERTEX = re.compile(r"/v1/projects/shop/locations/global/publishers/anthropic/models/([^/:]+):streamRawPredict")
_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=\w+/\d+/us-east-1/bedrock/aws4_request, SignedHeaders=\S+, Signature=\w+"
)


class CloudServer(MessagesServer):
    """Serves a script on the paths of both clouds, and tokens to Google's service accounts at `/token`."""

    def _answer(self, method: str, request: Received) -> Answer:
        if request.path == "/token":
            return Answer(body={"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})
        bedrock, vertex = _BEDROCK.fullmatch(request.path), _VERTEX.fullmatch(request.path)
        found = bedrock or vertex
        if not found:
            return error(404, "not_found_error", f"no such path: {request.path}")
        if "model" in request.body or not str(request.body.get("anthropic_version")):
            return error(400, "invalid_request_error", "the model stands in the path, the version in the body")
        allowed = request.headers.get("authorization", "")
        if not (allowed.startswith("Bearer ") or (bedrock and _SIGNED.fullmatch(allowed))):
            return error(403, "permission_error", "The security token included in the request is invalid.")
        request.body |= {"model": unquote(found.group(1)), "stream": True}
        headers = {**request.headers, "x-api-key": "checked"}
        return super()._answer(method, replace(request, path="/v1/messages", headers=headers))

    def _stream_type(self, request: Received) -> str:
        return (
            "application/vnd.amazon.eventstream" if _BEDROCK.fullmatch(request.path) else super()._stream_type(request)
        )

    def _framed(self, request: Received, events: list[bytes]) -> list[bytes]:
        if not _BEDROCK.fullmatch(request.path):
            return events
        return [chunk(event.partition(b"data: ")[2].strip()) for event in events]


def chunk(event: bytes) -> bytes:
    """Return an event of the API as Bedrock frames it."""
    return amazon_frame({":event-type": "chunk", ":message-type": "event"}, {"bytes": base64.b64encode(event).decode()})


def exception(kind: str, message: str) -> bytes:
    """Return the frame with which Bedrock breaks a stream off."""
    return amazon_frame({":exception-type": kind, ":message-type": "exception"}, {"message": message})


def amazon_frame(headers: dict[str, str], payload: Json) -> bytes:
    """Return a message of `application/vnd.amazon.eventstream`: lengths, headers, payload, each with its checksum."""
    head = b""
    for name, value in {**headers, ":content-type": "application/json"}.items():
        head += bytes([len(name)]) + name.encode() + b"\x07" + len(value).to_bytes(2, "big") + value.encode()
    body = json.dumps(payload).encode()
    prelude = (len(head) + len(body) + 16).to_bytes(4, "big") + len(head).to_bytes(4, "big")
    message = prelude + zlib.crc32(prelude).to_bytes(4, "big") + head + body
    return message + zlib.crc32(message).to_bytes(4, "big")
