"""The ``look`` tool: reads live objects and the last error for a model, and runs nobody's code."""

from ..bounded import clean, cut
from . import summaries, tracebacks
from .objects import namespace
from .reach import Unreachable, reach
from .views import MAX_CHARS, line, shown


def look(shell, what, frame, traceback) -> dict:
    """``{text}`` of what was asked for, or ``{problem}`` why it cannot be told."""
    try:
        return {"text": clean(_look(shell, what, frame, traceback))}
    except Unreachable as reason:
        return {"problem": clean(f"{what}: {reason}." if what else f"Nothing to look at: {reason}.")}


def _look(shell, what, frame, traceback) -> str:
    error = tracebacks.last_error()
    if traceback or frame is not None:
        if error is None:
            raise Unreachable("there was no error yet")
        if frame is None:
            return tracebacks.told(shell, error)
        variables = tracebacks.variables_of(shell, error, frame)
        if variables is None:
            count = len(tracebacks.places(shell, error))
            raise Unreachable(f"the last error has no frame {frame}: there are 0 to {count - 1}")
        if not what:
            return tracebacks.frame_told(shell, error, frame)
    else:
        variables = namespace(shell)
    if not what:
        return _variables(shell)
    return shown(what.strip(), reach(variables, what))


def _variables(shell) -> str:
    found = summaries.variables(shell)
    values = namespace(shell)
    rows = [f"{each['name']}: {each['type']} {line(each['name'], values.get(each['name']))}" for each in found]
    return cut("\n".join(rows), MAX_CHARS) if rows else "There are no variables."
