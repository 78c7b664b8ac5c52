"""The cells of the screen as they go to the terminal: their characters and their styles."""

from __future__ import annotations

from rich.style import Style
from textual._context import visible_screen_stack
from textual.app import App
from textual.strip import Strip


def strips(app: App[int]) -> list[Strip]:
    """Return the lines of the screen in front, with what shows of those behind it."""
    visible_screen_stack.set(app._background_screens)
    return [strip.simplify() for strip in app.screen._compositor.render_strips()]


def lines(app: App[int]) -> list[str]:
    """Return the text of the screen, line by line."""
    return [strip.text for strip in strips(app)]


def styles(app: App[int]) -> list[tuple[str, Style]]:
    """Return all pieces of the screen with their styles."""
    return [(segment.text, segment.style or Style()) for strip in strips(app) for segment in strip]
