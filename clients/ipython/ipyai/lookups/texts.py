"""Values as text: what ``str`` gives, bounded, and told apart by whether it takes asking the object."""

import types

from ..bounded import cut
from .objects import class_name, is_one_of, text

MAX_CHARS = 20_000
_MAX_SHOWN = 2_000
_MAX_BITS = 10_000
# What is looked through to see that a container holds nothing of the user's.
_MAX_LOOKED = 20_000
_numbers = (float, complex, bool, type(None), type(Ellipsis))
_functions = (types.FunctionType, types.BuiltinFunctionType)
_byte_strings = (bytes, bytearray)
_brackets = {list: "[]", tuple: "()", set: "{}", frozenset: "{}", dict: "{}"}
_containers = tuple(_brackets)


def known_text(value):
    """The text of a value that can be told without asking anything, else ``None``."""
    cls = type(value)
    if is_one_of(cls, _functions):
        return repr(value)
    looked = _beginning(value) if is_one_of(cls, _containers) else [value]
    return text_of(value) if cls is str or _are_known(looked) else None


def text_of(value) -> str:
    """``str(value)``, without printing all of a huge built-in value."""
    cls = type(value)
    if cls is str:
        return cut(value, MAX_CHARS)
    if cls is int and value.bit_length() > _MAX_BITS:
        return f"an int of {value.bit_length()} bits"
    if is_one_of(cls, _byte_strings) and len(value) > MAX_CHARS:
        return f"{value[:MAX_CHARS]!r}... {len(value) - MAX_CHARS} more"
    if is_one_of(cls, _containers) and len(value) > _MAX_SHOWN:
        shown = [f"{item[0]!r}: {item[1]!r}" if cls is dict else repr(item) for item in _beginning(value)]
        opening, closing = _brackets[cls]
        return cut(f"{opening}{', '.join(shown)}, ... {len(value) - _MAX_SHOWN} more{closing}", MAX_CHARS)
    # `__str__` may give a string of a class of its own.
    return cut(text(str(value)), MAX_CHARS)


def error_text(error: BaseException) -> str:
    """An exception in one line, also one whose own text fails."""
    try:
        told = text(str(error))
    except Exception as failure:
        told = f"(its text failed with {class_name(type(failure))})"
    name = class_name(type(error))
    return f"{name}: {cut(told, 300)}" if told else name


def _beginning(value) -> list:
    items = value.items() if type(value) is dict else value
    shown = []
    for item in items:
        shown.append(item)
        if len(shown) == _MAX_SHOWN:
            break
    return shown


def _are_known(values: list) -> bool:
    """Whether all that ``repr`` would reach are built-in values, and not too many."""
    waiting, seen, looked = list(values), set(), 0
    while waiting:
        value = waiting.pop()
        cls = type(value)
        looked += 1
        if is_one_of(cls, _containers):
            if id(value) in seen:
                continue
            seen.add(id(value))
            looked += len(value)
            if looked <= _MAX_LOOKED:
                waiting += [each for pair in value.items() for each in pair] if cls is dict else value
        elif is_one_of(cls, (str, *_byte_strings)):
            looked += len(value) // 1000
        elif cls is int:
            looked += value.bit_length() // _MAX_BITS * _MAX_LOOKED
        elif not is_one_of(cls, _numbers):
            return False
        if looked > _MAX_LOOKED:
            return False
    return True
