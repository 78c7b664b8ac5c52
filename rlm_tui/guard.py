"""What can go wrong in a command, as one sentence on stderr and an exit code. Imports only click at the top."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click


def guarded(work: Callable[[], int]) -> int:
    """Run `work`; turn what can go wrong into one sentence on stderr and an exit code."""
    from rlm_tui.engine.past import NotResumable
    from rlm_tui.models.protocol import ModelError
    from rlm_tui.plugins import PluginError
    from rlm_tui.records.log import RecordError
    from rlm_tui.repl.protocol import SandboxError
    from rlm_tui.repository.patches.patches import PatchError
    from rlm_tui.repository.sanitize import sanitize
    from rlm_tui.repository.symbols import RepositoryError

    try:
        return work()
    except (RepositoryError, SandboxError, RecordError, PluginError, NotResumable, PatchError) as error:
        message, code = str(error), 1
    except ModelError as error:
        message, code = str(error), 3 if error.kind == "access" else 1
    except FileExistsError as error:
        message, code = f"{error.filename} exists already and is left as it is: choose another name", 1
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away; there is nobody to tell
        return 1
    except OSError as error:
        message, code = f"{error.filename or 'the system'}: {error.strerror or error}", 1
    except KeyboardInterrupt:
        message, code = "interrupted", 130
    click.echo(f"rlm-tui: {sanitize(message)}", err=True)
    return code
