"""Nothing that stands in a repository is imported, whichever way the program is started there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PLANTED = "import pathlib\npathlib.Path(__file__).with_name('breach').write_text('ran')\n"


@pytest.mark.parametrize("path", ["", "."])
def test_planted_modules_and_plug_ins_do_not_run(tmp_path: Path, path: str) -> None:
    (tmp_path / "evil.py").write_text(PLANTED)
    (tmp_path / "evil-1.0.dist-info").mkdir()
    (tmp_path / "evil-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    points = "".join(
        f"[rlm_tui.{group}]\nevil = evil\n" for group in ("indexers", "tools", "themes", "sandboxes", "modes")
    )
    (tmp_path / "evil-1.0.dist-info" / "entry_points.txt").write_text(points)
    for folder in ("tools", "indexers", "themes"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").write_text(PLANTED)
    if not path:  # with PYTHONPATH=. the user puts the folder first by their own hand
        (tmp_path / "click.py").write_text(PLANTED)
        (tmp_path / "pydantic.py").write_text(PLANTED)
    done = subprocess.run(
        [sys.executable, "-m", "rlm_tui", "doctor"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": path,
            "RLM_TUI_CACHE_DIR": str(tmp_path / "cache"),
            "RLM_TUI_RUNS_DIR": str(tmp_path / "runs"),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.rglob("breach")) == []
