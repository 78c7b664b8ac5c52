"""`python -m rlm_tui` is `rlm-tui`."""

import os
import sys

# `-m` puts the current folder first on the path: what stands in a repository must never be imported.
sys.path[:] = [entry for entry in sys.path if entry and os.path.realpath(entry) != os.path.realpath(os.curdir)]

from rlm_tui.cli import main  # noqa: E402 - the path comes first

if __name__ == "__main__":
    main()
