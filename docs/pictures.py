"""Makes the README's pictures: the real program in a real terminal, on a repository that is not this one.

    python docs/pictures.py REPOSITORY

Needs tmux and rsvg-convert. Writes docs/pictures/*.png.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from terminal import terminal

QUESTION = "how is this repository built up?"
COLUMNS, ROWS = 120, 40
PICTURES = Path(__file__).parent / "pictures"
_DARK = TerminalTheme((16, 18, 22), (220, 223, 228), [(0, 0, 0)] * 8)
_LIGHT = TerminalTheme((250, 250, 248), (32, 36, 44), [(0, 0, 0)] * 8)


def main(repository: Path) -> None:
    """Ask, drill down, export; keep the screens in a dark and a light theme."""
    for look, theme in (("dark", "ink"), ("light", "paper")):
        with tempfile.TemporaryDirectory() as state, terminal(COLUMNS, ROWS) as window:
            environment = {
                "COLORTERM": "truecolor",
                "TERM": "xterm-256color",
                "RLM_TUI_RUNS_DIR": state,
                "RLM_TUI_THEME": theme,
                "ANTHROPIC_API_KEY": "",
                "ANTHROPIC_BASE_URL": "",
            }
            window.start([sys.executable, "-m", "rlm_tui", str(repository.resolve())], Path(state), environment)
            window.wait_for("no language model")
            window.type(QUESTION)
            window.press("Enter")
            window.wait_for(" 0 live", 120)
            window.press("Tab", "End", "Up", "Up")
            window.wait_for("F follow")
            keep(window.screen(colours=True), f"ask-{look}")
            window.press("Enter", "Right")
            window.wait_for("Esc back")
            keep(window.screen(colours=True), f"trace-{look}")


def keep(screen: str, name: str) -> None:
    """Write a captured screen as PICTURES/name.png."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(screen), end="")
    svg = console.export_svg(title="rlm-tui", theme=_DARK if name.endswith("dark") else _LIGHT)
    svg = svg.replace("<text ", '<text xml:space="preserve" ')  # else spaces beside a change of colour are lost
    PICTURES.mkdir(exist_ok=True)
    subprocess.run(
        ["rsvg-convert", "--zoom", "1", "--output", str(PICTURES / f"{name}.png")], input=svg, text=True, check=True
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
