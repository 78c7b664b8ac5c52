"""What a JavaScript or TypeScript module calls another one: relative paths with or without endings, aliases of the sources."""

from __future__ import annotations

import posixpath
import re

from rlm_tui.repository.patches.moving.job import Job

_ENDING = re.compile(r"\.(?:d\.ts|[cm]?[jt]sx?|vue)$")
_WRITTEN = {".ts": ".js", ".tsx": ".js", ".mts": ".mjs", ".cts": ".cjs"}


def is_relative(module: str) -> bool:
    """Tell whether a specifier is one of a file beside, above or below, not of a package or an alias."""
    return module.startswith(".")


def module_of(job: Job, to: str, importer: str, like: str = "", of: str = "") -> str:
    """Return what an import in `importer` calls the file `to`, written as `like`, which leads to `of`, or as others are.

    Raises `ValueError` where nothing leads there.
    """
    like = like or _sample(job, importer)
    written = [_relative(importer, to, like)]
    if like and of and not is_relative(like):
        tail = like.partition("/")[2]
        base = _ENDING.sub("", of)
        if tail and base.endswith(f"/{tail}"):
            root = base[: -len(tail)]
            if to.startswith(root):
                written.insert(0, f"{like[: -len(tail)]}{_ENDING.sub('', to)[len(root) :]}")
    for bare in (True, False):
        written += [_relative(importer, to, "./a" if bare else "./a.js")]
    for module in written:
        if job.leads(module, importer) == (to,):
            return module
    raise ValueError(f"no import in {importer} would lead to {to}")


def rebased(job: Job, module: str, importer: str) -> str:
    """Return what an import of the source is called in `importer`: another text where it is relative."""
    if not is_relative(module) or posixpath.dirname(importer) == posixpath.dirname(job.source):
        return module
    meant = posixpath.normpath(posixpath.join(posixpath.dirname(job.source), module))
    found = _dotted(posixpath.relpath(meant or ".", posixpath.dirname(importer) or "."))
    return found + ("/" if module.endswith("/") and not found.endswith("/") else "")


def _relative(importer: str, to: str, like: str) -> str:
    path = posixpath.relpath(to, posixpath.dirname(importer) or ".")
    ending = _ENDING.search(like)
    bare = _ENDING.sub("", path)
    if ending is None:
        if bare.rpartition("/")[2] == "index" and not like.endswith("/index"):
            bare = bare.rpartition("/")[0] or "."
        return _dotted(bare)
    own = _ENDING.search(path)
    suffix = own.group() if own else ""
    if ending.group() in (".js", ".mjs", ".cjs", ".jsx"):
        suffix = _WRITTEN.get(suffix, suffix)
    return _dotted(bare + suffix)


def _dotted(path: str) -> str:
    return path if path.startswith(".") else f"./{path}"


def _sample(job: Job, importer: str) -> str:
    """Return a relative specifier as the importer writes them, else the source, else who imports that."""
    for path in (importer, job.source, job.target, *job.importers):
        view = job.view(path)
        for item in view.imports if view else ():
            if view and is_relative(item.module) and job.names.targets(view, item.module):
                return item.module
    return "./a" if job.source.endswith(("ts", "tsx", "vue")) else "./a.js"
