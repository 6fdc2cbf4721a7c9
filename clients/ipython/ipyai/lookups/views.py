"""What a model is shown of a value: bounded text, with what is in containers, frames and arrays. Nobody is asked."""

import re
import types

from ..bounded import cut
from . import frames
from .inspection import about
from .objects import (
    absent,
    attributes_of,
    class_module,
    classes_of,
    elements,
    field,
    find,
    is_a,
    is_class,
    is_one_of,
    is_plain,
    is_static,
    members_of,
    pairs,
    text,
    type_name,
)
from .reach import View
from .schemas import description, python_function
from .summaries import label_text, readable, size_text, summary

MAX_CHARS = 6_000
MAX_TEXT = 3_000
MAX_ROWS = 20
# Of a frame of which no rows were named.
MAX_FIRST_ROWS = 8
MAX_COLUMNS = 30
MAX_ITEMS = 40
_CELL_CHARS = 40
_sequences = (list, tuple, set, frozenset)
_args_of = BaseException.__dict__["args"].__get__
# Of a date without a time, and of a time without parts of a second.
_midnight = re.compile(r"(?<=\d{4}-\d\d-\d\d)T00:00:00(\.0+)?$|(?<=:\d\d)\.0+$")
_secret = re.compile(
    r"(^|_)(api_?key|access_?key|secret_?key|private_?key|auth_?token|access_?token|bearer|secret|password|passwd|pwd|passphrase|credentials?)(_|\d|$)",
    re.IGNORECASE,
)


def is_secret(name, value) -> bool:
    """Whether the name says that the text is nobody's business."""
    if type(name) is not str or not _secret.search(name):
        return False
    return is_a(value, str) or is_a(value, bytes)


def hidden(value) -> str:
    size = str.__len__(value) if is_a(value, str) else bytes.__len__(value)
    return f"{type_name(value)} of {size}, not shown: its name says that it is a secret"


def line(name, value) -> str:
    """One line about a named value."""
    if is_secret(name, value):
        return hidden(value)
    if is_a(value, dict) and any(is_secret(key, held) for key, held in pairs(value, MAX_ITEMS)):
        shown = [f"{summary(key)}: {line(key, held) if is_secret(key, held) else summary(held)}" for key, held in pairs(value, 6)]
        return f"{type_name(value)} of {dict.__len__(value)}: {', '.join(shown)}"
    return readable(summary, value)


def error_line(error) -> str:
    """An exception with its text, as far as that is Python's own; else with what it was made of."""
    args = elements(_args_of(error), tuple, 5)
    if not args:
        return type_name(error)
    if all(map(is_plain, args)) and all(map(is_static, classes_of(type(error)))):
        told = str(error)
    else:
        one = text(args[0]) if len(args) == 1 else None
        told = ", ".join(readable(summary, each) for each in args) if one is None else one
    held = attributes_of(error)
    notes = find(held, "__notes__") if type(held) is dict else absent
    added = [text(each) for each in elements(notes, list, 5)] if is_a(notes, list) else []
    return "\n".join([f"{type_name(error)}: {cut(told, 500)}", *(cut(each, 300) for each in added if each)])


def shown(name: str, value) -> str:
    """The value as a model is told of it."""
    if is_secret(name.split(".")[-1].split("[")[-1].strip("]'\""), value):
        return hidden(value)
    return cut(readable(lambda each: _shown(name, each), value), MAX_CHARS)


def _shown(name: str, value) -> str:
    if type(value) is View:
        return _view(value)
    if type(value) is str:
        return f"str of {len(value)}:\n{cut(value, MAX_TEXT)}"
    if is_a(value, dict):
        return _listed(value, [(line(None, key), line(key, held)) for key, held in pairs(value, MAX_ITEMS)], dict)
    for kind in _sequences:
        if is_a(value, kind):
            items = elements(value, kind, MAX_ITEMS)
            return _listed(value, [(f"[{at}]" if kind in (list, tuple) else "-", line(None, each)) for at, each in enumerate(items)], kind)
    if python_function(value) is not None or is_one_of(type(value), (types.BuiltinFunctionType, types.MethodDescriptorType)):
        return about(name.split(".")[-1], value, 1)
    if is_a(value, types.ModuleType):
        return about(name, value, 0)
    if is_class(value):
        return _class(name, value)
    if is_a(value, BaseException):
        return error_line(value)
    array = frames.array(value)
    if array is not None:
        return _array(value, array)
    attributes = attributes_of(value)
    if is_plain(value) or type(attributes) is not dict or not attributes:
        slots = _slots(value)
        head = readable(description, value)
        return head if not slots else _fields(head, slots)
    return _fields(f"{type_name(value)} with", pairs(attributes, MAX_ITEMS) + _slots(value))


def _fields(head: str, named: list) -> str:
    return "\n".join([head, *(f"  {key}: {type_name(held)} {line(key, held)}" for key, held in named if type(key) is str)])


def _slots(value) -> list:
    """What C code or ``__slots__`` holds of an object of the user's."""
    if (class_module(type(value)) or "").split(".")[0] in ("builtins", "numpy", "pandas"):
        return []
    found = []
    for base in classes_of(type(value)):
        for name, member in pairs(members_of(base)):
            if type(member) is types.MemberDescriptorType and type(name) is str and not name.startswith("__"):
                held = field(value, name)
                if held is not absent:
                    found.append((name, held))
    return found[:MAX_ITEMS]


def _listed(value, rows: list, kind) -> str:
    size = kind.__len__(value)
    if kind is not dict and all(len(held) <= 20 and "\n" not in held for _, held in rows):
        more = f", ... {size - len(rows)} more" if size > len(rows) else ""
        return f"{type_name(value)} of {size}: {', '.join(held for _, held in rows)}{more}"
    more = [f"  ... {size - len(rows)} more"] if size > len(rows) else []
    return "\n".join([f"{type_name(value)} of {size}", *(f"  {key}: {held}" for key, held in rows), *more])


def _class(name: str, cls) -> str:
    methods = []
    for key, held in pairs(members_of(cls)):
        if type(held) is types.FunctionType and type(key) is str:
            methods.append(about(key, held, 1))
        if sum(map(len, methods)) > MAX_CHARS:
            break
    return "\n\n".join([f"{about(name, cls, 0)}\n{readable(description, cls)}", *methods])


def _array(value, array) -> str:
    head = f"array {'×'.join(map(str, array.shape)) or 'of one value'}, {array.type}"
    exact = frames.library_class("numpy", "ndarray")
    if type(value) is not exact or array.type == "object" and not array.shape:
        return head
    part = exact.__getitem__(value, tuple(slice(MAX_ROWS if at == 0 else 8) for at in range(len(array.shape))[:3]))
    for _ in range(len(array.shape) - 2):
        part = exact.__getitem__(part, 0) if part.shape and part.shape[0] else part
    rows = exact.tolist(part.astype("U32") if part.dtype.kind in "Mm" else part)
    told = [_row(row) for row in rows] if type(rows) is list else [_row(rows)]
    where = f"\n{'[0]' * (len(array.shape) - 2)}:" if len(array.shape) > 2 else ""
    more = f"\n... {array.shape[0] - MAX_ROWS} more" if array.shape and array.shape[0] > MAX_ROWS else ""
    if len(array.shape) == 1:
        return f"{head}\n[{', '.join(told)}]{more}"
    return "\n".join([head + where, *told]) + more


def _row(row) -> str:
    if type(row) is list:
        return f"[{', '.join(_cell(each) for each in row[:8])}{', ...' if len(row) >= 8 else ''}]"
    return _cell(row)


def _cell(value) -> str:
    if type(value) is float:
        return f"{value:.6g}"
    told = _midnight.sub("", value) if type(value) is str else readable(summary, value)
    told = told.replace("\n", "\\n")
    return told if len(told) <= _CELL_CHARS else told[: _CELL_CHARS - 3] + "..."


def _view(view: View) -> str:
    frame = view.frame
    rows = range(frame.index.size or 0)[view.rows]
    is_one = frame.columns is None or type(view.columns) is int
    taken = rows[: MAX_FIRST_ROWS if view.rows == slice(None) else MAX_ROWS]
    if is_one:
        names, places = [_series_name(view)], [view.columns or 0]
        held = frame.values()
        kind = f", {frames.values_type(held[places[0]])}" if places[0] in held else ""
        head = f"Series {names[0]} of {len(rows)}{kind}".replace("  ", " ")
    else:
        count = frame.columns.size or 0
        places = list(range(count))[:MAX_COLUMNS] if view.columns is None else list(view.columns)[:MAX_COLUMNS]
        labels = frame.columns.labels(max(places, default=0) + 1) or []
        names = [label_text(labels[at]) if at < len(labels) else str(at) for at in places]
        if view.columns is None and len(rows) == (frame.index.size or 0):
            head = readable(description, view.value)
        else:
            width = count if view.columns is None else len(view.columns)
            head = f"{len(rows)} of {size_text(frame.index)} rows, {width} of {count} columns"
    span = slice(taken.start, taken.stop if taken.stop >= 0 else None, taken.step)
    table = [_index(frame, taken, span), *(_column(frame, at, span, len(taken)) for at in places)]
    more = f"\n... {len(rows) - len(taken)} more rows" if len(rows) > len(taken) else ""
    return f"{head}\n{_table(['', *names], table)}{more}"


def _series_name(view: View) -> str:
    if view.frame.columns is not None:
        labels = view.frame.columns.labels(view.columns + 1) or []
        return label_text(labels[view.columns]) if view.columns < len(labels) else str(view.columns)
    return text(field(view.value, "_name")) or ""


def _index(frame, rows: range, span: slice) -> list:
    labels = frame.index.part(span)
    return [_cell(label_text(label)) for label in labels] if labels else [str(at) for at in rows]


def _column(frame, at: int, rows: slice, count: int) -> list:
    cells = frame.cells(at, rows)
    return [_cell(each) for each in cells] if cells is not None else ["?"] * count


def _table(names: list, columns: list) -> str:
    widths = [max([len(name), *map(len, column)]) for name, column in zip(names, columns)]
    rows = [names, *zip(*columns)]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)
