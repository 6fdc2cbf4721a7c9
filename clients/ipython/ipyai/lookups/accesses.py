"""Whether an attribute or a key is there, for suggestions that name one. The objects are not asked.

Where that leaves a doubt, a name counts as being there.
"""

import builtins
import enum
import os
import types

from . import frames
from .objects import (
    absent,
    attributes_of,
    class_module,
    class_name,
    elements,
    field,
    find,
    in_classes,
    is_a,
    is_class,
    is_one_of,
    is_plain,
    members_of,
    module_members,
    namespace,
    pairs,
    text,
)

# Labels or keys looked through for one; more leave a doubt.
MAX_LABELS = 10_000
# Modules that make names on demand, and tell all of them by `__all__` and by their files.
_honest_modules = ("numpy", "scipy")
_listed = (int, float, bool, type(None))


class Missing(Exception):
    """An attribute or key that is surely not there."""


class Column:
    """A column of a frame that nobody took out of it yet: a Series, as far as names are concerned."""

    def __init__(self, index, values):
        self.index = index
        self.values = values


def missing(shell, accesses) -> list:
    """For each ``[name, steps]`` the number of the first step that surely fails, or ``None``.

    A step is ``["attribute", name]``, ``["key", constant]`` or ``["column", label]``. Without steps the name has to be
    there: 0 where it is not.
    """
    variables = namespace(shell)
    given = module_members(builtins)

    def first_missing(name, steps):
        value = variables.get(name, absent)
        if value is absent:
            value = find(given, name)
        if steps:
            return _first_missing(value, steps)
        return 0 if value is absent and find(shell.user_global_ns, name) is absent else None

    return [first_missing(name, steps) for name, steps in accesses[:100]]


def after(value, steps):
    """What the steps lead to; ``absent`` where that is not there or would have to be computed."""
    for kind, key in steps:
        try:
            value = absent if value is absent else _steps[kind](value, key)
        except Exception:  # it is missing, another thread changes it, or a library is not as expected
            return absent
    return value


def names_of_index(frame) -> list:
    """The names of a frame's index and of its levels, which methods take as they take columns."""
    index = frame.index
    return [name for name in (text(each.name) for each in (index, *index.levels)) if name]


def _first_missing(value, steps):
    for number, (kind, key) in enumerate(steps):
        if value is absent:
            return None
        try:
            value = _steps[kind](value, key)
        except Missing:
            return number
        except Exception:  # another thread changes it, or a library is not as expected
            return None
    return None


def attribute(value, name: str):
    """The value of an attribute, ``absent`` when it may be there but would have to be computed; ``Missing`` when not."""
    cls = type(value)
    if is_a(value, types.ModuleType):
        return _module_attribute(value, name)
    if is_class(value):
        return _class_attribute(value, name)
    column = _column_of(value)
    if column is not None:
        return _series_attribute(column, name)
    frame = frames.frame(value)
    if frame is not None and in_classes(cls, name) is absent and find(attributes_of(value), name) is absent:
        return _frame_item(frame, name)
    found = field(value, name)
    if found is not absent:
        return found
    if in_classes(cls, name) is not absent or not _is_plain_lookup(cls) or attributes_of(value) is absent:
        return absent
    raise Missing


def _module_attribute(module, name: str):
    members = module_members(module)
    known = in_classes(type(module), name)
    found = find(members, name)
    if found is not absent:
        return found if known is absent or type(module) is types.ModuleType else absent
    if type(module) is not types.ModuleType or known is not absent:
        return absent
    if find(members, "__getattr__") is absent or (
        text(find(members, "__name__")) in _honest_modules and not _is_announced(members, name)
    ):
        raise Missing
    return absent


def _is_announced(members, name: str) -> bool:
    listed, folders = find(members, "__all__"), find(members, "__path__")
    if type(listed) is not list or type(folders) is not list or any(type(each) is str and each == name for each in listed):
        return True
    paths = [os.path.join(folder, name) for folder in folders if type(folder) is str]
    return any(os.path.exists(path) or os.path.exists(f"{path}.py") for path in paths)


def _class_attribute(cls, name: str):
    found = in_classes(cls, name)
    if found is not absent:
        # A plain value or dictionary; what has a `__get__` of its own may give anything.
        return found if is_plain(found) or type(found) is dict else absent
    metaclass = type(cls)
    if metaclass is enum.EnumMeta:
        # Its `__getattr__` in older Pythons finds the members, which stand here too.
        if find(find(members_of(cls), "_member_map_"), name) is not absent or in_classes(metaclass, name) is not absent:
            return absent
        raise Missing
    if in_classes(metaclass, name) is not absent or not _is_plain_lookup(metaclass):
        return absent
    raise Missing


def _is_plain_lookup(cls) -> bool:
    """Whether attributes of its instances are found in dictionaries only."""
    if in_classes(cls, "__getattr__") is not absent:
        return False
    # Python's own types each have a wrapper of the same lookup.
    return type(in_classes(cls, "__getattribute__")) is types.WrapperDescriptorType


def item(value, key):
    """The value under a key, ``absent`` for a doubt; ``Missing`` when there is surely none."""
    cls = type(value)
    if cls is dict:
        return _dict_item(value, key)
    if is_one_of(cls, (list, tuple)):
        return value[key] if type(key) is int and -len(value) <= key < len(value) else absent
    if type(key) is not str:
        return absent
    array = frames.array(value)
    if array is not None:
        if key not in array.fields and cls is frames.library_class("numpy", "ndarray"):
            raise Missing
        return absent
    column = _column_of(value)
    if column is not None:
        if _has_label(column.index, key) is False:
            raise Missing
        return absent
    frame = frames.frame(value)
    return absent if frame is None else _frame_item(frame, key)


def column(value, label: str):
    """A column of a frame, or a level of its index, which these methods take by name as well."""
    frame = frames.frame(value)
    if frame is None or frame.columns.levels:
        return absent
    if label in names_of_index(frame):
        return absent
    if _has_label(frame.columns, label) is False:
        raise Missing
    return absent


_steps = {"attribute": attribute, "key": item, "column": column}


def _dict_item(value: dict, key):
    if len(value) > MAX_LABELS:
        return absent
    doubt = type(key) is not str
    for own, held in pairs(value):
        if type(own) is type(key) and own == key:
            return held
        doubt = doubt or not is_plain(own)
    if doubt:
        return absent
    raise Missing


def _frame_item(frame, key: str):
    """A column by its label."""
    has = _has_label(frame.columns, key)
    if has is False:
        raise Missing
    if has is None or frame.columns.levels:
        return absent
    places = [at for at, label in enumerate(frame.columns.labels(MAX_LABELS)) if type(label) is str and label == key]
    held = frame.values()
    return Column(frame.index, held[places[0]]) if len(places) == 1 and places[0] in held else absent


def _column_of(value):
    if type(value) is Column:
        return value
    if type(value) is not frames.library_class("pandas", "Series"):
        return None
    series = frames.series(value)
    return None if series is None else Column(series.index, series.values().get(0, absent))


# What a Series has only for values of some types, as pandas decides it.
_accessors = {
    "str": ("str", "string", "object", "category"),
    "dt": ("datetime64", "timedelta64", "period", "category"),
    "cat": ("category",),
    "sparse": ("Sparse",),
}


def _series_attribute(column: Column, name: str):
    found = in_classes(frames.library_class("pandas", "Series"), name)
    if found is absent:
        if _has_label(column.index, name) is False and name not in ("_mgr", "_name", "_attrs", "_flags"):
            raise Missing
        return absent
    if name in _accessors and _is_known(column.values):
        if not frames.values_type(column.values).startswith(_accessors[name]):
            raise Missing
    return absent


def _is_known(values) -> bool:
    """Whether NumPy's or one of pandas' own arrays, whose types say what they hold."""
    if frames.array(values) is not None:
        return True
    return (class_module(type(values)) or "").startswith("pandas") and not class_name(type(values)).startswith("Arrow")


def _has_label(index, key: str):
    """Whether a string is a label; ``None`` for a doubt."""
    index = index.levels[0] if index.levels else index
    labels = index.labels(MAX_LABELS + 1) if index.finds_equal else None
    if labels is None or len(labels) > MAX_LABELS:
        return None
    doubt = False
    for label in labels:
        if type(label) is str:
            if label == key:
                return True
        elif not is_one_of(type(label), _listed):
            doubt = True
    return None if doubt else False
