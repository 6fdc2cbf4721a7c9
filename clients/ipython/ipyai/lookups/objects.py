"""Reading objects without asking them anything.

Nothing here calls a method, a property, a comparison or a hash that somebody else wrote: types are compared by
identity, attributes are read from the dictionaries of objects and classes, and these by going through their items.
Whatever cannot be had in this way is ``absent``.
"""

import itertools
import types

absent = object()

classes_of = type.__dict__["__mro__"].__get__
members_of = type.__dict__["__dict__"].__get__
_name_of = type.__dict__["__name__"].__get__
_static_module_of = type.__dict__["__module__"].__get__
_flags_of = type.__dict__["__flags__"].__get__
_module_dict_of = types.ModuleType.__dict__["__dict__"].__get__

_HEAP_TYPE = 1 << 9
_plain_types = (str, int, float, bool, bytes, type(None))
# What C code reads out of an object: nobody can make one of these in Python.
_c_attributes = (types.GetSetDescriptorType, types.MemberDescriptorType)


def is_one_of(cls, candidates) -> bool:
    """``in`` and ``==`` would ask the metaclass."""
    for candidate in candidates:
        if cls is candidate:
            return True
    return False


def is_plain(value) -> bool:
    """Whether its hash, comparison and ``repr`` are Python's own."""
    return is_one_of(type(value), _plain_types)


def is_a(value, cls) -> bool:
    return is_one_of(cls, classes_of(type(value)))


def is_class(value) -> bool:
    """``isinstance`` would ask the value for its ``__class__``, which may be the user's code."""
    return issubclass(type(value), type)


def text(value):
    """The characters of a string, also of one of the user's class, as a plain string; ``None`` for all else."""
    if type(value) is str:
        return value
    return str.__str__(value) if issubclass(type(value), str) else None


def find(mapping, name: str):
    """The value under a name in a dictionary whose other keys may be anything."""
    for key, value in pairs(mapping):
        if type(key) is str and key == name:
            return value
    return absent


def pairs(mapping, limit=None) -> list:
    """The first items of a dictionary, or of a class's members; none when other threads keep changing it."""
    for _ in range(3):
        try:
            items = dict.items(mapping) if issubclass(type(mapping), dict) else mapping.items()
            return list(items if limit is None else itertools.islice(items, limit))
        except RuntimeError:
            continue
    return []


def elements(container, kind, limit: int) -> list:
    """The first elements of what is a ``kind`` (``list``, ``tuple``, ``set``, ...) or a subclass of it."""
    for _ in range(3):
        try:
            return list(itertools.islice(kind.__iter__(container), limit))
        except RuntimeError:
            continue
    return []


def in_classes(cls, name: str):
    """What stands under the name in the class or its bases."""
    for base in classes_of(cls):
        found = find(members_of(base), name)
        if found is not absent:
            return found
    return absent


def attributes_of(value):
    """The object's own dictionary, ``None`` when it has none, ``absent`` when its class makes it up."""
    slot = in_classes(type(value), "__dict__")
    if slot is absent:
        return None
    if not is_one_of(type(slot), _c_attributes) or slot.__name__ != "__dict__":
        return absent
    attributes = slot.__get__(value)
    return attributes if type(attributes) is dict else absent


def field(value, name: str):
    """An attribute that the object or C code holds; ``absent`` when there is none or it would have to be computed."""
    found = in_classes(type(value), name)
    if is_one_of(type(found), _c_attributes):
        try:
            return found.__get__(value)
        except (AttributeError, TypeError):
            return absent
    if found is not absent and _computes(found, "__set__"):
        return absent
    attributes = attributes_of(value)
    own = find(attributes, name) if type(attributes) is dict else absent
    if own is not absent or found is absent or _computes(found, "__get__"):
        return own
    return found


def _computes(descriptor, method: str) -> bool:
    return in_classes(type(descriptor), method) is not absent


def module_members(module):
    """The names in a module, also in one that is loaded on first use; empty for what is no module."""
    return _module_dict_of(module) or {} if issubclass(type(module), types.ModuleType) else {}


def is_static(cls) -> bool:
    """Whether C code made the class, so that nobody can have changed it."""
    return not _flags_of(cls) & _HEAP_TYPE


def class_name(cls) -> str:
    return text(_name_of(cls)) or "?"


def class_module(cls):
    """The module's name, or ``None``."""
    if is_static(cls):
        return text(_static_module_of(cls))
    return text(find(members_of(cls), "__module__"))


def type_name(value) -> str:
    """The name of the value's type, with its module unless that is built in or ``__main__``."""
    cls = type(value)
    module, name = class_module(cls), class_name(cls)
    return name if module is None or module in ("builtins", "__main__") else f"{module}.{name}"


def namespace(shell) -> dict:
    """The user's variables that have a proper name, in their order."""
    return {name: value for name, value in pairs(shell.user_ns) if type(name) is str}
