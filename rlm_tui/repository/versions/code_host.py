"""Where a repository is shown on the web: links to lines of its files, as its remote's host has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from rlm_tui.repository.versions import git

_SECONDS = 10.0
_HOST = r"(?P<host>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)"
_PLACE = r"(?P<place>[\w.-]+(?:/[\w.-]+)+?)(?:\.git)?/?"
_REMOTE = re.compile(
    rf"(?:https?://(?:[^/@\s]*@)?{_HOST}/{_PLACE}|(?:ssh://)?[\w.-]+@{_HOST.replace('host', 'host2')}(?::|/)"
    rf"{_PLACE.replace('place', 'place2')})\Z",
    re.IGNORECASE | re.ASCII,
)
_KINDS: dict[str, Callable[[int, int], str]] = {
    "github": lambda start, end: f"#L{start}-L{end}" if end > start else f"#L{start}",
    "gitlab": lambda start, end: f"#L{start}-{end}" if end > start else f"#L{start}",
    "bitbucket": lambda start, end: f"#lines-{start}:{end}" if end > start else f"#lines-{start}",
    "codeberg": lambda start, end: f"#L{start}-L{end}" if end > start else f"#L{start}",
    "gitea": lambda start, end: f"#L{start}-L{end}" if end > start else f"#L{start}",
    "forgejo": lambda start, end: f"#L{start}-L{end}" if end > start else f"#L{start}",
}
_PUBLIC = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitea.com")
_FOLDERS = {"github": "blob", "gitlab": "-/blob", "bitbucket": "src"}


def page_of(remote: str) -> str:
    """Return the web page of a repository, `https://host/owner/name`, by the URL of its remote; "" where none is known.

    Only hosts whose name begins with what runs there are known (github.com, gitlab.example.org); names and passwords that a
    URL holds never come out.
    """
    match = _REMOTE.fullmatch(remote.strip())
    if match is None:
        return ""
    host, place = (match["host"] or match["host2"]).lower(), (match["place"] or match["place2"]).removesuffix(".git")
    if _kind(host) is None or any(part in (".", "..") for part in place.split("/")):
        return ""
    return f"https://{host}/{place}"


def _kind(host: str) -> str | None:
    first = host.split(".")[0]
    is_alike = any(host.startswith(f"{known}.") for known in _PUBLIC)  # github.com.example.org is somebody else's
    return first if first in _KINDS and not is_alike else None


class CodeHost:
    """The host of the repository at `root`, asked of git once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._public: dict[str, str] = {}
        self._committed: dict[str, bool] = {}

    @cached_property
    def page(self) -> str:
        """The repository's web page, "" without one."""
        branch = (
            self._asked("rev-parse", "--symbolic-full-name", "@{upstream}").removeprefix("refs/remotes/").split("/")[0]
        )
        remotes = self._asked("remote").split("\n")
        name = next((one for one in (branch, "upstream", "origin", *remotes) if one and one in remotes), "")
        return page_of(self._asked("config", "--get", f"remote.{name}.url")) if name else ""

    def link(self, path: str, start: int, end: int, commit: str = "") -> str:
        """Return the address of lines of a file in a commit (without one, of the working tree); "" where it has none.

        It has one where a branch of a remote holds the commit and, in the working tree, the file is as it is there. Blocks.
        """
        if not self.page or "\\" in path or (not commit and not self._as_committed(path)):
            return ""
        whole = self._public_commit(commit or self.head)
        if not whole:
            return ""
        kind = _kind(self.page.split("/")[2]) or ""
        place = quote(f"{self._prefix}{path}")
        return f"{self.page}/{_FOLDERS.get(kind, 'src/commit')}/{whole}/{place}{_KINDS[kind](start, end)}"

    @cached_property
    def head(self) -> str:
        """The whole hash of the commit that is checked out, "" without one."""
        return self._asked("rev-parse", "--verify", "--quiet", "HEAD")

    @cached_property
    def _prefix(self) -> str:
        return self._asked("rev-parse", "--show-prefix")

    def _as_committed(self, path: str) -> bool:
        """Tell whether the file is in HEAD, and has not been edited since."""
        if path not in self._committed:
            try:
                known = git.git(self._root, ["ls-tree", "-z", "--name-only", "HEAD", "--", path], _SECONDS)
                careful = git.options_to_read_files(self._root)
                command = [*careful, "diff", "--no-ext-diff", "--no-textconv", "--name-only", "HEAD", "--", path]
                self._committed[path] = bool(known) and not git.git(self._root, command, _SECONDS)
            except git.GitError:
                self._committed[path] = False
        return self._committed[path]

    def _public_commit(self, commit: str) -> str:
        """Return the whole hash of a commit that a branch of a remote holds, "" for any other."""
        if commit not in self._public:
            whole = self._asked("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}")
            contains = ("for-each-ref", "--count=1", f"--contains={whole}", "--format=%(refname)", "refs/remotes")
            self._public[commit] = whole if whole and self._asked(*contains) else ""
        return self._public[commit]

    def _asked(self, *command: str) -> str:
        try:
            return git.git(self._root, command, _SECONDS).decode("utf-8", "replace").strip()
        except git.GitError:
            return ""
