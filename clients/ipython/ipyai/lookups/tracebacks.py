"""The frames of the last error, with what their variables held: told without running anybody's code."""

import os
import sys

from ..bounded import clean, cut
from . import source
from .objects import is_class, pairs, text, type_name
from .views import error_line, line

MAX_CHARS = 6_000
# What a prompt carries unasked.
MAX_BRIEF = 2_500
_MAX_LOCALS = 25
_BRIEF_LOCALS = 8
_MAX_FRAMES = 100
_standard = os.path.dirname(os.__file__)
_traceback_of = BaseException.__dict__["__traceback__"].__get__
_cause_of = BaseException.__dict__["__cause__"].__get__
_context_of = BaseException.__dict__["__context__"].__get__
_suppresses = BaseException.__dict__["__suppress_context__"].__get__


class Place:
    """One frame of an error."""

    def __init__(self, number: int, frame, line: int, cells: dict):
        self.number = number
        self.frame = frame
        self.line = line
        self.path = text(frame.f_code.co_filename) or "?"
        self.cell = cells.get(self.path)
        self.function = text(frame.f_code.co_name) or "?"

    @property
    def is_own(self) -> bool:
        """Whether it is the user's code, not a library's."""
        if self.cell is not None:
            return True
        parts = self.path.replace("\\", "/").split("/")
        return not (self.path.startswith((_standard, "<")) or "site-packages" in parts or "dist-packages" in parts)

    @property
    def where(self) -> str:
        if self.cell is not None:
            return f"In [{self.cell}], line {self.line}"
        return f"{self.path}:{self.line}"


def last_error():
    for name in ("last_exc", "last_value"):
        found = getattr(sys, name, None)
        if issubclass(type(found), BaseException):
            return found
    return None


def places(shell, error) -> list:
    """The frames from the user's cell on, oldest first."""
    cells = _cells(shell)
    found, trace = [], _traceback_of(error)
    while trace is not None and len(found) < _MAX_FRAMES * 10:
        found.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    made = [Place(0, frame, line, cells) for frame, line in found]
    first = next((at for at, place in enumerate(made) if place.cell is not None), 0)
    kept = made[first:]
    if len(kept) > _MAX_FRAMES:
        # A recursion: its beginning and its end say enough.
        kept = kept[: _MAX_FRAMES // 2] + kept[-_MAX_FRAMES // 2 :]
    for number, place in enumerate(kept):
        place.number = number
    return kept


def told(shell, error) -> str:
    """Every frame, the user's with source and variables."""
    parts = [_frame(place, 2, _MAX_LOCALS) if place.is_own else _foreign(place) for place in places(shell, error)]
    return clean(cut("\n".join([*parts, *_messages(error)]), MAX_CHARS))


def frame_told(shell, error, number: int):
    """One frame in full; ``None`` when there is none of the number."""
    place = next((each for each in places(shell, error) if each.number == number), None)
    return None if place is None else clean(cut(_frame(place, 8, 200), MAX_CHARS))


def brief(shell):
    """``{executionCount, text}`` of the last error for a prompt; ``None`` when it came from no cell."""
    error = last_error()
    if error is None:
        return None
    found = places(shell, error)
    if not found or found[0].cell is None:
        return None
    own = [place for place in found if place.is_own][-4:]
    parts, hidden_frames = [], 0
    for place in found:
        if place in own:
            # The cell's output shows what stands around the line.
            parts.append(_frame(place, 0, _BRIEF_LOCALS))
        elif place is found[-1]:
            parts.append(_foreign(place))
        else:
            hidden_frames += 1
    if hidden_frames:
        parts.insert(len(parts) - 1, f"({hidden_frames} more frames)")
    shown = clean(cut("\n".join([*parts, *_messages(error)]), MAX_BRIEF))
    return {"executionCount": found[0].cell, "text": shown}


def variables_of(shell, error, number: int):
    """The names that the code of a frame sees; ``None`` when there is none of the number."""
    place = next((each for each in places(shell, error) if each.number == number), None)
    if place is None:
        return None
    seen = dict(_named(place.frame.f_globals))
    seen.update(_named(place.frame.f_locals))
    return seen


def _named(mapping) -> list:
    return [(name, value) for name, value in pairs(mapping) if type(name) is str]


def _cells(shell) -> dict:
    known = getattr(shell.compile, "_filename_map", None)
    return known if type(known) is dict else {}


def _foreign(place: Place) -> str:
    path = place.path.removeprefix(_standard + os.sep)
    for mark in ("site-packages", "dist-packages"):
        path = path.rpartition(f"{mark}{os.sep}")[2]
    return f"#{place.number} {path}:{place.line}, in {place.function}"


def _frame(place: Place, around: int, limit: int) -> str:
    rows = [f"#{place.number} {place.where}, in {place.function}", *_source(place, around)]
    named = [(name, value) for name, value in _named(place.frame.f_locals) if _is_told(name, value)]
    if place.frame.f_locals is place.frame.f_globals:
        # All variables of the session are the cell's: those that its line names are told.
        words = set(_words(place))
        named = [(name, value) for name, value in named if name in words]
    for name, value in named[:limit]:
        rows.append(f"    {name} = {line(name, value)}")
    if len(named) > limit:
        rows.append(f"    ... {len(named) - limit} more variables")
    return "\n".join(rows)


def _is_told(name: str, value) -> bool:
    return not name.startswith("__") and not is_class(value) and type_name(value) not in ("module", "function")


def _words(place: Place) -> list:
    lines = source.lines(place.path)
    at = place.line - 1
    word, words = "", []
    for char in (lines[at] if at < len(lines) else "") + " ":
        if char.isidentifier() or (word and char.isalnum()):
            word += char
        else:
            words.append(word)
            word = ""
    return words


def _source(place: Place, around: int) -> list:
    lines = source.lines(place.path)
    first = max(0, place.line - 1 - around)
    shown = []
    for at, line in enumerate(lines[first : place.line + around], first + 1):
        shown.append(f"  {'>' if at == place.line else ' '} {at:>4} | {line.rstrip()[:200]}")
    return shown


def _messages(error) -> list:
    """The error, and those that it came from, the first cause first."""
    chain = [error]
    while len(chain) < 5:
        last = chain[-1]
        before = _cause_of(last) or (None if _suppresses(last) else _context_of(last))
        if before is None or any(before is each for each in chain):
            break
        chain.append(before)
    return [f"{'' if at == 0 else 'from '}{error_line(each)}" for at, each in enumerate(chain)]
