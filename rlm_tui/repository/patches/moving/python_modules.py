"""What a Python file calls another one in its imports, and what an import is called from another file."""

from __future__ import annotations

from collections.abc import Sequence

from rlm_tui.repository.parsing.facts import ImportFact
from rlm_tui.repository.patches.moving.job import Job


def module_of(job: Job, to: str, importer: str, like: str = "", of: str = "") -> str:
    """Return what an import in `importer` calls the file `to`.

    It is written as `like`, which leads to the file `of`; else as the importer writes others. Raises `ValueError` where no
    name leads there.
    """
    written = [_relative(importer, to)] if like.startswith(".") else []
    if like and not written:
        tail, base = like.replace(".", "/"), _base(of)
        root = base.removesuffix(tail) if f"/{base}".endswith(f"/{tail}") else None
        if root is not None and _base(to).startswith(root):
            written.append(_base(to)[len(root) :].replace("/", "."))
    together = _package(job, to) and _package(job, to) == _package(job, importer)
    relative = [_relative(importer, to)] if together else []
    relatives = not like and any(item.module.startswith(".") for item in _imports(job, importer))
    written += [*relative, *_absolute(job, to)] if relatives else [*_absolute(job, to), *relative]
    for module in written:
        said = all(part.isidentifier() for part in module.lstrip(".").split(".") if part)
        if module and said and job.leads(module, importer) == (to,):
            return module
    raise ValueError(
        f"no import in {importer} would lead to {to}: its folder is in no package that {importer} can name"
    )


def rebased(job: Job, module: str, importer: str) -> str:
    """Return what an import of the source is called in `importer`: another text where it is relative."""
    name = module.lstrip(".")
    if name == module or importer.rpartition("/")[0] == job.source.rpartition("/")[0]:
        return module
    folder = job.source
    for _ in range(len(module) - len(name)):
        folder = folder.rpartition("/")[0]
    meant = "/".join(filter(None, (folder, name.replace(".", "/"))))
    found = _relative(importer, f"{meant}.py")
    if job.leads(found, importer) == job.leads(module, job.source):
        return found
    for root in _roots(job, meant):
        found = meant.removeprefix(root).lstrip("/").replace("/", ".")
        if found and job.leads(found, importer) == job.leads(module, job.source):
            return found
    raise ValueError(f"`{module}` of {job.source} has no name in {importer}")


def _imports(job: Job, path: str) -> Sequence[ImportFact]:
    view = job.view(path) or job.view(job.source)
    return view.imports if view else ()


def _base(path: str) -> str:
    stem = path.rpartition(".")[0]
    return stem.removesuffix("/__init__") if stem != "__init__" else ""


def _relative(importer: str, to: str) -> str:
    here, there = importer.split("/")[:-1], [part for part in _base(to).split("/") if part]
    common = 0
    while common < min(len(here), len(there)) and here[common] == there[common]:
        common += 1
    return "." * (len(here) - common + 1) + ".".join(there[common:])


def _package(job: Job, path: str) -> str:
    """Return the outermost folder around a file that is a package, "" for none; one within need not say so."""
    folder, found = path.rpartition("/")[0], ""
    while folder:
        found = folder if f"{folder}/__init__.py" in job.paths else found
        folder = folder.rpartition("/")[0]
    return found


def _roots(job: Job, path: str) -> list[str]:
    """Return the folders that absolute names of a file may start from, the likeliest first."""
    package = _package(job, f"{path}/x") or _package(job, path) or path
    found, folder = [], package.rpartition("/")[0]
    while folder:
        found.append(folder)
        folder = folder.rpartition("/")[0]
    return [*found, ""]


def _absolute(job: Job, to: str) -> list[str]:
    base = _base(to)
    return [base.removeprefix(root).lstrip("/").replace("/", ".") for root in _roots(job, to)]
