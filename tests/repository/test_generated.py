"""What a path says of who wrote the file."""

from __future__ import annotations

import pytest

from rlm_tui.repository.generated import is_generated


@pytest.mark.parametrize(
    ("path", "copy"),
    [
        ("dist/core.js", True),
        ("build/core.js", True),
        ("packages/app/build/core.js", True),
        ("vendor/example.com/dep/dep.go", True),
        ("web/app.min.js", True),
        ("api/user_pb2.py", True),
        ("src/main/java/org/shop/build/Plan.java", False),
        ("build.py", False),
        ("rebuild/plan.py", False),
        ("distance/core.js", False),
    ],
)
def test_copies_are_told_by_their_paths(path: str, copy: bool) -> None:
    assert is_generated(path) is copy
