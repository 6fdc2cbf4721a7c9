"""Summaries of variables: one line each, of a bounded length and time, that asks the objects nothing.

What is built in, and what NumPy and pandas keep, is shown; everything else is told by the name of its type.
"""

import collections
import types

from . import frames
from .objects import (
    class_name,
    elements,
    field,
    find,
    is_a,
    is_class,
    is_one_of,
    module_members,
    namespace,
    pairs,
    text,
    type_name,
)

MAX_ITEMS = 6
MAX_CHARS = 120
MAX_VARIABLES = 2000
_SHOWN_CHARS = 60
_SHOWN_BITS = 400
_as_they_are = (float, complex, bool, type(None), type(Ellipsis), type(NotImplemented))
_texts = (str, bytes, bytearray)
_sequences = (list, tuple, set, frozenset, collections.deque)
_mappings = (dict, collections.OrderedDict, collections.defaultdict)


def summary(value) -> str:
    """One line about the value."""
    shown = _summary(value, 0)
    return shown if len(shown) <= MAX_CHARS else shown[: MAX_CHARS - 3] + "..."


def _summary(value, depth: int) -> str:
    cls = type(value)
    if is_one_of(cls, _as_they_are):
        return repr(value)
    if cls is int:
        # A huge integer takes long to print, and Python refuses to.
        return repr(value) if value.bit_length() <= _SHOWN_BITS else f"int of {value.bit_length()} bits"
    if cls is range:
        ends = (value.start, value.stop, value.step)
        return repr(value) if all(end.bit_length() <= _SHOWN_BITS for end in ends) else "range"
    if is_one_of(cls, _texts):
        return _text(value)
    for kind in _sequences:
        if is_a(value, kind):
            return _sequence(value, kind, depth)
    if is_a(value, dict):
        return _mapping(value, depth)
    if is_a(value, str):
        return f"{type_name(value)} {_text(text(value))}"
    if is_a(value, types.ModuleType):
        return text(find(module_members(value), "__name__")) or "module"
    if cls is types.FunctionType:
        code = value.__code__
        count = code.co_argcount + code.co_kwonlyargcount
        return f"{text(code.co_name)}({', '.join(code.co_varnames[:count])})"
    if cls is types.BuiltinFunctionType:
        return value.__name__
    if is_class(value):
        return f"class {class_name(value)}"
    return _library_object(value) or type_name(value)


def _text(value) -> str:
    return repr(value[:_SHOWN_CHARS]) + (f"... ({len(value)} long)" if len(value) > _SHOWN_CHARS else "")


def _sequence(value, kind, depth: int) -> str:
    size = kind.__len__(value)
    if depth or not size or type(value) is not kind:
        return f"{type_name(value)} of {size}"
    items = [_summary(item, depth + 1) for item in elements(value, kind, MAX_ITEMS)]
    return f"{type_name(value)} of {size}: {_first(items, size)}"


def _mapping(value: dict, depth: int) -> str:
    size = dict.__len__(value)
    if depth or not size or not is_one_of(type(value), _mappings):
        return f"{type_name(value)} of {size}"
    items = [f"{_summary(key, depth + 1)}: {_summary(held, depth + 1)}" for key, held in pairs(value, MAX_ITEMS)]
    return f"{type_name(value)} of {size}: {_first(items, size)}"


def _first(shown: list, size) -> str:
    return ", ".join(shown) + (", ..." if size is not None and size > len(shown) else "")


def _library_object(value):
    """NumPy and pandas objects by what they hold."""
    array = frames.array(value)
    if array is not None:
        name = class_name(type(value)).replace("ndarray", "array")
        return f"{name} {'×'.join(map(str, array.shape)) or 'of one value'}, {array.type}"
    number = frames.number(value)
    if number is not None:
        return _summary(number, 1)
    frame = frames.frame(value) or frames.series(value)
    if frame is None:
        index = frames.index(value)
        return None if index is None else f"{class_name(type(value))} of {size_text(index)}"
    if frame.columns is None:
        name = text(field(value, "_name"))
        return f"{class_name(type(value))} {name + ' ' if name else ''}of {size_text(frame.index)}"
    labels = frame.columns.labels(MAX_ITEMS)
    shape = f"{class_name(type(value))} {size_text(frame.index)}×{size_text(frame.columns)}"
    return f"{shape}: {_first(list(map(label_text, labels)), frame.columns.size)}" if labels else shape


def size_text(index) -> str:
    return "?" if index.size is None else f"{index.size}"


def label_text(label) -> str:
    """A label of a column: text as it is, the levels of several in brackets."""
    if type(label) is str:
        return label[:_SHOWN_CHARS]
    if type(label) is tuple:
        return f"({', '.join(_summary(each, 1) for each in label[:MAX_ITEMS])})"
    return _summary(label, 1)


def variables(shell, pattern=None) -> list:
    """Global variables of the user, newest last, as ``{name, type, summary}``."""
    # IPython hides what it put there itself; a name that was assigned again is the user's.
    hidden = {name: value for name, value in pairs(shell.user_ns_hidden) if type(name) is str}
    wanted = pattern.lower() if pattern else ""
    found = []
    for name, value in namespace(shell).items():
        if name.startswith("_") or wanted not in name.lower() or (name in hidden and hidden[name] is value):
            continue
        found.append({"name": name, "type": type_name(value), "summary": readable(summary, value)})
        if len(found) >= MAX_VARIABLES:
            break
    return found


def readable(tell, value) -> str:
    """What ``tell`` says of the value. One that another thread changes meanwhile does not hide the others."""
    try:
        return tell(value)
    except Exception as error:
        return f"not readable: {class_name(type(error))}"
