"""Which values are plain: Python's own types to the last element, so that computing with them runs nobody's code."""

import builtins
import types

from ..lookups.objects import absent, class_module, class_name, elements, find, is_class, is_one_of, is_static, module_members, pairs
from ..lookups.views import is_secret

MAX_VALUES = 100_000
_single = (int, float, complex, bool, str, bytes, type(None), range)
_many = (list, tuple, set, frozenset)


def doubt_about(name: str, value):
    """Why the variable is not plain, or is nobody's business; ``None`` when it may be computed with."""
    seen, found, count = set(), [(name, value)], 0
    while found:
        label, value = found.pop()
        cls = type(value)
        if is_secret(label, value):
            return f"{name} holds what its name says is a secret"
        if is_one_of(cls, _single) or id(value) in seen:
            continue
        if cls is not dict and not is_one_of(cls, _many):
            return f"{name} holds what may have code of its own: {class_name(cls)}"
        seen.add(id(value))
        size = cls.__len__(value)
        count += size
        if count > MAX_VALUES:
            return f"{name} holds too much to be looked through"
        if cls is dict:
            held = pairs(value)
            found += [(None, key) for key, _ in held] + held
        else:
            held = elements(value, cls, size)
            found += [(None, each) for each in held]
        if len(held) != size:
            return f"{name} changes meanwhile"
    return None


def pristine(name: str):
    """The builtin function or type of this name, unless somebody put another in its place; else ``absent``."""
    value = find(module_members(builtins), name)
    if type(value) is types.BuiltinFunctionType:
        return value if value.__self__ is builtins and value.__name__ == name else absent
    if is_class(value) and is_static(value) and class_name(value) == name and class_module(value) == "builtins":
        return value
    return absent
