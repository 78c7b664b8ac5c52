"""What the name of a function in a traceback means: the names of the definitions around it, from the outside in."""

from __future__ import annotations

import re
from collections.abc import Iterable

_BRACKETS = re.compile(r"<[^<>]*>|\[[^\[\]]*\]")
_NOT_NAMED = re.compile(
    r"^(?:<.*>|\{\{.*\}\}|\{.*\}|\(anonymous\)|anonymous|lambda|closure|block|func\d+(?:\.\d+)*|\d+|h[0-9a-f]{16}|_|init|main\.init)$"
)
_JAVA_LAMBDA = re.compile(r"lambda\$(\w+)\$\d+")
_MODULE_LEVEL = frozenset(("<module>", "<main>", "<top (required)>", "Object.<anonymous>", "{main}"))


def names_of(language: str, function: str) -> tuple[str, ...]:
    """Return the names that a frame's function is made of, outermost first: (`Session`, `send`). () where it has none.

    What the compiler adds (closures, type arguments, hashes, receivers) is left out: these lines stand in the function named.
    """
    if not function or function in _MODULE_LEVEL:
        return ()
    match language:
        case "go":
            return _go(function)
        case "rust":
            return _rust(function)
        case "java" | "kotlin" | "scala" | "csharp":
            return _java(function)
        case "c" | "cpp":
            return _c(function)
        case "ruby":
            function = re.sub(r"^(?:block|rescue|ensure)(?: \(\d+ levels?\))? in ", "", function)
            return _named(re.split(r"::|[.#]", function))
        case "javascript" | "typescript":
            function = (
                re.sub(r" \[as \S+\]$|\b(?:get|set|static|async) ", "", function).replace("/", ".").replace("<", "")
            )
            return _named(
                part for part in function.split(".") if part not in ("Object", "Module", "exports", "prototype")
            )
        case _:
            return _named(function.split("."))


def _named(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(part for part in parts if part and not _NOT_NAMED.match(part))


def _go(function: str) -> tuple[str, ...]:
    last = _without_brackets(function.rpartition("/")[2])
    parts = [part.strip("()*") for part in last.split(".")]
    return _named(part.removesuffix("-fm") for part in parts[1:])


def _rust(function: str) -> tuple[str, ...]:
    if trait := re.match(r"<(?:impl )?(?P<type>[^<>]+?)(?:<.*>)? as [^>]+(?:<.*>)?>::(?P<rest>.+)", function):
        function = f"{trait['type']}::{trait['rest']}"
    parts = _without_brackets(function).split("::")
    return _named(part.strip(" &*") for part in parts[1:] if part)


def _java(function: str) -> tuple[str, ...]:
    function = _JAVA_LAMBDA.sub(r"\1", function).replace("<init>", "%").replace("<clinit>", "")
    parts = [part for part in re.split(r"[.$+]", _without_brackets(function)) if part and not part.isdigit()]
    own = [number for number, part in enumerate(parts) if part[:1].isupper()]
    parts = parts[own[0] :] if own else parts
    if parts and parts[-1] == "%":
        parts[-1] = parts[-2] if len(parts) > 1 else ""
    return _named(
        part.removesuffix("Kt") if number == 0 and part.endswith("Kt") else part for number, part in enumerate(parts)
    )


def _c(function: str) -> tuple[str, ...]:
    function = function.rpartition("`")[2].replace("(anonymous namespace)", "").removesuffix(" at")
    function = _without_brackets(function.replace("operator<<", "operator").replace("operator()", "operator"))
    function = function.partition("(")[0].strip()
    return _named(re.split(r"::", function.rpartition(" ")[2].lstrip("*&")))


def _without_brackets(text: str) -> str:
    for _ in range(8):
        shorter = _BRACKETS.sub("", text)
        if shorter == text:
            break
        text = shorter
    return text
