"""Scores what a report says it found against what is right: F1 over files, symbols, names, lines, groups, or a path."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from itertools import pairwise
from typing import Any

_TEST = re.compile(
    r"(?:^|[/_.-])(?:tests?|testing|spec|examples?|docs?|samples?|bench\w*|fixtures?)(?:$|[/_.-])|Tests?\.\w+$"
)

Item = dict[str, Any]


def score(item: Item, found: Item) -> tuple[float, str]:
    """Return the F1 of what was `found` for a question, and in a word how it is wrong, "" for right."""
    kind = item["answer_type"]
    if kind == "path":
        return _path(item, found["path"])
    if kind == "groups":
        return _told(_pairs(item["gold_groups"]), _pairs(found["groups"]), lambda one, other: one == other)
    if kind == "lines":
        gold_lines = [(line["file"], line["line"]) for line in item["gold_lines"]]
        lines = [(line.rpartition(":")[0], int(line.rpartition(":")[2])) for line in found["lines"]]
        near = item.get("tolerance", 1)
        return _told(gold_lines, _kept(item, lines, gold_lines), lambda a, b: a[0] == b[0] and abs(a[1] - b[1]) <= near)
    if kind == "names":
        beside = set(map(_last, item.get("also_ok", []))) - set(map(_last, item["gold_names"]))
        names = [name for name in map(_last, found["names"]) if name not in beside]
        return _told(set(map(_last, item["gold_names"])), set(names), lambda one, other: one == other)
    if kind == "files":
        beside = set(item.get("also_ok", []))
        files = [(path, 0) for path in found["files"] if path not in beside]
        gold_files = [(path, 0) for path in item["gold_files"]]
        return _told(gold_files, _kept(item, files, gold_files), lambda one, other: one == other)
    symbols = [_symbol(symbol) for symbol in found["symbols"]][: item.get("k") if kind == "topk" else None]
    gold = [_symbol(symbol) for symbol in item["gold_symbols"]]
    beside_symbols = [_symbol(symbol) for symbol in item.get("also_ok", [])]
    symbols = [one for one in symbols if not any(_same(one, other) for other in beside_symbols) or _any(one, gold)]
    return _told(gold, [one for one in symbols if _any(one, gold) or _in_scope(item, one[0])], _same)


def _told(gold: Iterable[Any], found: Iterable[Any], same: Callable[[Any, Any], bool]) -> tuple[float, str]:
    right, given = list(gold), list(found)
    if not right or not given:
        return float(
            not right and not given
        ), "nothing found" if right else "something found where nothing is" if given else ""
    precision = sum(any(same(one, other) for other in right) for one in given) / len(given)
    recall = sum(any(same(one, other) for one in given) for other in right) / len(right)
    if not precision or not recall:
        return 0.0, "something else found"
    why = {
        (True, True): "",
        (True, False): "too little",
        (False, True): "too much",
        (False, False): "some right, some wrong",
    }
    return 2 * precision * recall / (precision + recall), why[precision == 1, recall == 1]


def _path(item: Item, steps: list[str]) -> tuple[float, str]:
    edges = [(_symbol(a), _symbol(b)) for a, b in item["gold_edges"]]
    taken = [_symbol(step) for step in steps]
    if len(taken) < 2:
        return 0.0, "nothing found"
    ends = _same(taken[0], _symbol(item["gold_start"])) and _same(taken[-1], _symbol(item["gold_end"]))
    held = [any(_same(a, x) and _same(b, y) for x, y in edges) for a, b in pairwise(taken)]
    if ends and all(held):
        return 1.0, ""
    return 0.5 * ends * sum(held) / len(held), "a step is no call" if ends else "between other ends"


def _symbol(text: str) -> tuple[str, str]:
    path, _, qualified = text.partition("::")
    return path, re.sub(r"\(.*\)$", "", qualified).replace("::", ".").replace("#", ".")


def _same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Tell whether two symbols are one: of the same file, the same last name, and the same owner where both tell it."""
    if one[0] and other[0] and not f"/{one[0]}".endswith(f"/{other[0]}"):
        return False
    a, b = one[1].split("."), other[1].split(".")
    return a[-1] == b[-1] and (len(a) == 1 or len(b) == 1 or a[-2] == b[-2])


def _any(one: tuple[str, str], gold: Iterable[tuple[str, str]]) -> bool:
    return any(_same(one, other) for other in gold)


def _kept(item: Item, found: list[tuple[str, int]], gold: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return [one for one in found if one in gold or _in_scope(item, one[0])]


def _in_scope(item: Item, path: str) -> bool:
    """Tell whether a file counts where it is not among the right ones: tests do not, unless they are asked for."""
    scope: str = item.get("scope", "product")
    return scope == "all" or bool(_TEST.search(path)) == (scope == "tests")


def _pairs(groups: Iterable[Iterable[str]]) -> set[Hashable]:
    return {frozenset((a, b)) for group in map(set, groups) for a in group for b in group if a < b}


def _last(name: str) -> str:
    return re.sub(r"\(.*\)$", "", name).replace("::", ".").rpartition(".")[2]
