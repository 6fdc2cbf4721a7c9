"""Completions for a line that a running cell asks for: in the frame of a debugger, in an embedded shell."""

import bdb
import code
import re
import sys
import threading

from IPython.core.completer import IPCompleter, provisionalcompleter, rectify_completions
from IPython.core.interactiveshell import InteractiveShell

from .objects import is_a

# The functions of theirs that read lines.
_LOOPS = frozenset(("cmdloop", "_cmdloop", "interact", "mainloop"))


def complete(shell, text: str, cursor: int) -> dict:
    """``{start, end, matches}`` as for a cell; none where whoever asks is not known to take Python."""
    asker = _asker()
    if asker is None:
        return {"start": cursor, "end": cursor, "matches": []}
    matches, start = [], cursor
    word = re.fullmatch(r"\w*", text[:cursor])
    if is_a(asker, bdb.Bdb) and word:
        commands = sorted(name[3:] for name in dir(type(asker)) if name.startswith(f"do_{word.group()}"))
        matches, start = [{"text": name, "type": "function", "signature": None} for name in commands], 0
    local, everywhere = _names(asker)
    # A debugger's line may begin with a command, of which jedi makes nothing.
    completer = IPCompleter(
        shell=shell, namespace=local, global_namespace=everywhere, parent=shell, use_jedi=not is_a(asker, bdb.Bdb)
    )
    with provisionalcompleter():
        found = list(rectify_completions(text, completer.completions(text, cursor)))
    if found:
        start = found[0].start
    known = {match["text"] for match in matches}
    matches += [
        {"text": each.text, "type": each.type, "signature": each.signature} for each in found if each.text not in known
    ]
    return {"start": start, "end": cursor, "matches": matches}


def _asker():
    """The debugger, console or shell that waits for a line in the main thread."""
    frame = sys._current_frames().get(threading.main_thread().ident)
    while frame is not None:
        if frame.f_code.co_name in _LOOPS:
            owner = frame.f_locals.get("self")
            if any(is_a(owner, kind) for kind in (bdb.Bdb, code.InteractiveInterpreter, InteractiveShell)):
                return owner
        frame = frame.f_back
    return None


def _names(asker) -> tuple:
    if is_a(asker, bdb.Bdb):
        return asker.curframe.f_locals, asker.curframe.f_globals
    if is_a(asker, code.InteractiveInterpreter):
        return asker.locals, {}
    return asker.user_ns, asker.user_global_ns
