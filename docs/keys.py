"""Writes the README's table of keys anew from the action registry: run `python docs/keys.py` after a change of keys."""

from __future__ import annotations

import re
from pathlib import Path

from rlm_tui.ui.actions import key_table

README = Path(__file__).parents[1] / "README.md"


def main() -> None:
    """Replace what stands between the two marks."""
    told = README.read_text(encoding="utf-8")
    table = key_table().replace("\\", r"\\")
    new = re.sub(r"(<!-- keys:.*?-->\n).*?(<!-- /keys -->)", rf"\1\n{table}\n\n\2", told, flags=re.DOTALL)
    README.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
