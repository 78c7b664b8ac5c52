"""Paths in little room: what tells them apart stays."""

from __future__ import annotations

import pytest

from rlm_tui.ui.blocks import shorten


@pytest.mark.parametrize(
    ("path", "room", "shown"),
    [
        ("src/app.py", 20, "src/app.py"),
        ("src/very/deep/folder/app.py", 20, "src/…/folder/app.py"),
        ("binding/form_mapping.go, binding/plain.go", 26, "binding/form_mapping.go +1"),
        ("binding/form_mapping.go, binding/plain.go", 22, "…ng/form_mapping.go +1"),
        ("gin.go, debug.go, ginS/gins.go", 20, "gin.go +2"),
        ("look at a/b, then at c/d, and tell", 20, "…en at c/d, and tell"),
    ],
)
def test_what_stays_of_a_path_and_of_several(path: str, room: int, shown: str) -> None:
    assert shorten(path, room) == shown
    assert len(shown) <= room
