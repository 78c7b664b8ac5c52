"""Tell how the repository is put together."""

from __future__ import annotations

from rlm_tui.repl.tools import tool
from rlm_tui.repository.analyses.architecture import architecture as found
from rlm_tui.repository.analyses.mermaid import layered
from rlm_tui.repository.repository import Repository


@tool(hidden=True)
def architecture(repository: Repository) -> dict[str, object]:
    """Tell the units (modules; files where there are few), their import arrows, layers and circles.

    Returns a dict: "units" (dicts), "arrows" ([user, used, lines], most first), "layers" (foundations first), "against" (pairs
    that break the layers), "circles", "mermaid" (the layers as a diagram). Tests are left out.
    """
    made = found(repository)
    arrows = sorted(made.arrows.items(), key=lambda arrow: (-arrow[1], arrow[0]))
    return {
        "units": [
            {"path": u.path, "language": u.language, "files": u.files, "lines": u.lines, "size": u.size}
            for u in made.units
        ],
        "arrows": [[user, used, count] for (user, used), count in arrows],
        "layers": [list(layer) for layer in made.layers],
        "against": [list(pair) for pair in made.against],
        "circles": [list(circle) for circle in made.circles],
        "mermaid": layered(made),
    }
