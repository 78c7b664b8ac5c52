"""A language server over its standard input and output, asked where names are defined."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any  # the server's JSON


class Server:
    """A language server that is asked for definitions over its standard input and output."""

    def __init__(self, command: str, root: Path, language: str, options: dict[str, Any] | None = None) -> None:
        self._process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=root
        )
        self._last = 0
        self._language = language
        folder = {"uri": root.as_uri(), "name": root.name}
        self.ask(
            "initialize",
            [
                {
                    "processId": None,
                    "rootUri": root.as_uri(),
                    "workspaceFolders": [folder],
                    "capabilities": {
                        "workspace": {"workspaceFolders": True},
                        "textDocument": {"definition": {"linkSupport": True}},
                    },
                    "initializationOptions": options,
                }
            ],
        )
        self._send({"method": "initialized", "params": {}})

    def open(self, path: Path, text: str) -> None:
        """Hand the server a file."""
        document = {"uri": path.as_uri(), "languageId": self._language, "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})

    def close(self, path: Path) -> None:
        """Take a file back."""
        self._send({"method": "textDocument/didClose", "params": {"textDocument": {"uri": path.as_uri()}}})

    def end(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()

    def wait(self, method: str) -> None:
        """Read what the server says until it says `method`."""
        while self._receive().get("method") != method:
            pass

    def definitions(self, path: Path, places: Iterable[tuple[int, int]]) -> list[list[dict[str, Any]]]:
        """Return what the server names for each place: line and column from 0, in UTF-16 units."""
        document = {"uri": path.as_uri()}
        asked = [{"textDocument": document, "position": {"line": row, "character": column}} for row, column in places]
        found = self.ask("textDocument/definition", asked)
        return [[answer] if isinstance(answer, dict) else answer or [] for answer in found]

    def ask(self, method: str, asked: list[dict[str, Any]]) -> list[Any]:
        """Send requests at once and return their results in order."""
        first = self._last + 1
        self._last += len(asked)
        for offset, params in enumerate(asked):
            self._send({"id": first + offset, "method": method, "params": params})
        results: dict[int, Any] = {}
        while len(results) < len(asked):
            message = self._receive()
            if "id" in message:
                results[message["id"]] = message.get("result")
        return [results[first + offset] for offset in range(len(asked))]

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout
        length = 0
        while line := self._process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        if not length:
            raise SystemExit("the language server ended")
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if "method" in message and "id" in message:  # a question of the server's: it may go on without our answer
            items = (message.get("params") or {}).get("items", [])
            self._send({"id": message["id"], "result": [{} for _ in items] or None})
            return self._receive()
        return message
