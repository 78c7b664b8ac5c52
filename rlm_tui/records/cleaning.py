"""Cleans the text in events: when they are made, and again when a record is read, which may be anybody's by then."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from rlm_tui.records.events import Event


def cleaned(event: Event, clean: Callable[[str], str]) -> Event:
    """Return the event with `clean` applied to all its text; the event itself where that changes nothing."""
    changed = _changes(event, clean)
    return event.model_copy(update=changed) if changed else event


def _changes(model: BaseModel, clean: Callable[[str], str]) -> dict[str, object]:
    return {name: new for name, old in model.__dict__.items() if (new := _cleaned(old, clean)) is not old}


def _cleaned(value: object, clean: Callable[[str], str]) -> object:
    """Return the same object where there is nothing to clean, so that most events are not copied."""
    if isinstance(value, str):
        text = clean(value)
        return value if text == value else text
    if isinstance(value, tuple):
        items = tuple(_cleaned(item, clean) for item in value)
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if isinstance(value, BaseModel):
        changed = _changes(value, clean)
        return value.model_copy(update=changed) if changed else value
    return value
