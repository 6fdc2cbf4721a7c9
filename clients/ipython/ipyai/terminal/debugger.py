"""The debugger of a terminal session."""

import sys

from IPython.core.debugger import Pdb


def install() -> None:
    # `breakpoint()`, `%debug` and `%run -d` take classes derived from this one, each from another place.
    Pdb.do_interact = _interact


def _interact(pdb, _arg):
    """interact

    Opens IPython in the names of the current frame.
    """
    from IPython.terminal.embed import InteractiveShellEmbed

    frame = pdb.curframe
    shell = InteractiveShellEmbed(
        config=pdb.shell.config, banner1="*interactive*", exit_msg="*exiting interactive console...*"
    )
    shell(module=sys.modules.get(frame.f_globals["__name__"]), local_ns=frame.f_locals)
