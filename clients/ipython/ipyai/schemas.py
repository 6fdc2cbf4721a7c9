"""What live objects hold, for completions: columns, keys, signatures, and whether an attribute or key is there.

No user code runs. Attributes are looked up in the dictionaries of objects and their classes, never by ``getattr``;
only objects whose type *is* a built-in, NumPy or pandas type are looked into. Where that leaves a doubt, a name
counts as being there.
"""

import sys
import types

from .summaries import is_class, summary, type_name

MAX_CHARS = 600
MAX_COLUMNS = 40
MAX_KEYS = 20
# Labels looked through for one key; a longer index leaves a doubt.
MAX_LABELS = 10_000

# Modules that make names on demand, and whose `__dir__` names every one of them.
_honest_modules = ("numpy", "scipy")

_mro = type.__dict__["__mro__"].__get__
_class_dict = type.__dict__["__dict__"].__get__
_absent = object()


def describe(shell, names) -> list:
    """``{name, type, summary}`` of those of the names that are variables of the user, the summary longer than usual."""
    found = []
    for name in names[:50]:
        value = shell.user_ns.get(name, _absent)
        if value is _absent:
            continue
        try:
            text = _schema(value) or summary(value)
        except Exception:  # another thread changes it; one strange object does not hide the others
            text = type_name(value)
        if len(text) > MAX_CHARS:
            text = text[: MAX_CHARS - 3] + "..."
        found.append({"name": name, "type": type_name(value), "summary": text})
    return found


def _schema(value):
    cls = type(value)
    if cls is dict:
        return _dict_schema(value)
    if cls in (types.FunctionType, types.MethodType):
        function = value.__func__ if cls is types.MethodType else value
        return _signature(function) if type(function) is types.FunctionType else None
    if is_class(value):
        return _class_schema(value)
    if cls is types.ModuleType:
        return None
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and cls is getattr(numpy, "ndarray", None):
        fields = value.dtype.names
        shape = "×".join(map(str, value.shape)) or "one value"
        return f"array {shape}, {value.dtype.name}" + (f", fields {', '.join(fields)}" if fields else "")
    if pandas is not None:
        if cls is getattr(pandas, "DataFrame", None):
            return _frame_schema(value)
        if cls is getattr(pandas, "Series", None):
            name = f" {value.name!r}" if type(value.name) in _plain_keys else ""
            return f"Series{name} of {len(value)}, {_dtype(value.dtype)}"
    attributes = _instance_dict(value)
    if type(attributes) is dict and attributes and type(cls) is type and not cls.__module__.startswith(("numpy", "pandas")):
        shown = [f"{key}: {type_name(attributes[key])}" for key in list(attributes)[:MAX_KEYS] if type(key) is str]
        return f"{type_name(value)} with {', '.join(shown)}"
    return None


def _dict_schema(value: dict) -> str:
    shown = []
    for key in list(value)[:MAX_KEYS] if len(value) <= MAX_LABELS else []:
        if type(key) in _plain_keys:
            shown.append(f"{key!r}: {type_name(value[key])}")
    more = ", ..." if len(value) > MAX_KEYS else ""
    return f"dict of {len(value)}: {', '.join(shown)}{more}"


def _frame_schema(value) -> str:
    rows, count = value.shape
    columns = []
    for label, dtype in list(zip(value.columns[:MAX_COLUMNS], value.dtypes.iloc[:MAX_COLUMNS])):
        columns.append(f"{label if type(label) is str else summary(label)} {_dtype(dtype)}")
    more = ", ..." if count > MAX_COLUMNS else ""
    name = value.index.name
    index = f"; index {name}" if type(name) is str else ""
    return f"DataFrame {rows}×{count}: {', '.join(columns)}{more}{index}"


def _dtype(dtype) -> str:
    """Its own name only where the library made it: an extension's may be the user's code."""
    return str(dtype) if type(dtype).__module__.startswith(("numpy", "pandas")) else type_name(dtype)


def _signature(function) -> str:
    code = function.__code__
    defaults = function.__defaults__ or ()
    names = list(code.co_varnames[: code.co_argcount])
    first = len(names) - len(defaults)
    shown = [_parameter(name, defaults[at - first] if at >= first else _absent) for at, name in enumerate(names)]
    keyword_only = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    at = code.co_argcount + code.co_kwonlyargcount
    if code.co_flags & 0x04:
        shown.append(f"*{code.co_varnames[at]}")
        at += 1
    elif keyword_only:
        shown.append("*")
    given = function.__kwdefaults__ or {}
    shown += [_parameter(name, given.get(name, _absent)) for name in keyword_only]
    if code.co_flags & 0x08:
        shown.append(f"**{code.co_varnames[at]}")
    return f"{code.co_name}({', '.join(shown)})"


def _parameter(name: str, default) -> str:
    if default is _absent:
        return name
    return f"{name}={default!r}" if type(default) in _plain_keys else f"{name}=..."


def _class_schema(cls) -> str:
    names = []
    init = None
    for base in _mro(cls):
        if base is object:
            continue
        members = _class_dict(base)
        if init is None and type(members.get("__init__")) is types.FunctionType:
            init = members["__init__"]
        names += [name for name in members if not name.startswith("_") and name not in names]
    title = _signature(init).replace("__init__", "class " + type.__dict__["__name__"].__get__(cls), 1) if init else summary(cls)
    return f"{title} with {', '.join(names[:MAX_COLUMNS])}" if names else title


# Keys whose hash and comparison are Python's own.
_plain_keys = (str, int, float, bool, bytes, type(None))


def missing(shell, accesses) -> list:
    """For each ``[name, steps]`` the number of the first step that surely fails, or ``None``.

    A step is ``["attribute", name]`` or ``["key", constant]``.
    """
    return [_first_missing(shell, name, steps) for name, steps in accesses[:100]]


def _first_missing(shell, name, steps):
    value = shell.user_ns.get(name, _absent)
    if value is _absent:
        return None
    for number, (kind, key) in enumerate(steps):
        try:
            value = _attribute(value, key) if kind == "attribute" else _item(value, key)
        except _Missing:
            return number
        except Exception:  # another thread changes it, or a library is not as expected
            return None
        if value is _absent:
            return None
    return None


class _Missing(Exception):
    pass


def _attribute(value, name):
    """The value of an attribute, ``_absent`` when it is there (or may be) but cannot be had without running code."""
    cls = type(value)
    if cls is types.ModuleType:
        members = value.__dict__
        if name in members:
            return members[name]
        if name in _class_dict(types.ModuleType):
            return _absent
        if "__getattr__" in members and (members.get("__name__") not in _honest_modules or name in members["__dir__"]()):
            return _absent
        raise _Missing
    if is_class(value):
        return _class_attribute(value, name)
    found = _in_classes(cls, name)
    accessor = _pandas_attribute(value, name, found)
    if accessor is not None:
        return accessor
    attributes = _instance_dict(value)
    if attributes is _absent:
        return _absent
    if attributes is not None and name in attributes:
        return attributes[name]
    if found is not _absent or not _plain_lookup(cls):
        return _absent
    raise _Missing


def _class_attribute(cls, name):
    found = _in_classes(cls, name)
    if found is not _absent:
        # A function or a plain value; what has a `__get__` of its own may give anything.
        return found if type(found) in _plain_keys or type(found) is dict else _absent
    metaclass = type(cls)
    enum = sys.modules.get("enum")
    if enum is not None and metaclass is enum.EnumMeta:
        # Its `__getattr__` in older Pythons finds the members, which stand here too.
        if name in _class_dict(cls).get("_member_map_", ()) or _in_classes(metaclass, name) is not _absent:
            return _absent
        raise _Missing
    if _in_classes(metaclass, name) is not _absent or not _plain_lookup(metaclass):
        return _absent
    raise _Missing


def _in_classes(cls, name):
    for base in _mro(cls):
        members = _class_dict(base)
        if name in members:
            return members[name]
    return _absent


def _plain_lookup(cls) -> bool:
    """Whether attributes of its instances are found in dictionaries only."""
    if _in_classes(cls, "__getattr__") is not _absent:
        return False
    # Python's own types each have a wrapper of the same lookup.
    return type(_in_classes(cls, "__getattribute__")) is types.WrapperDescriptorType


def _instance_dict(value):
    """The object's own attributes, ``None`` when it has none, ``_absent`` when its class makes them up."""
    for base in _mro(type(value)):
        slot = _class_dict(base).get("__dict__")
        if slot is None:
            continue
        if type(slot) is not types.GetSetDescriptorType:
            return _absent
        attributes = slot.__get__(value)
        return attributes if type(attributes) is dict else _absent
    return None


def _item(value, key):
    cls = type(value)
    if cls is dict:
        return _dict_item(value, key)
    if cls in (list, tuple):
        return value[key] if type(key) is int and -len(value) <= key < len(value) else _absent
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and cls is getattr(numpy, "ndarray", None):
        if type(key) is str and key not in (value.dtype.names or ()):
            raise _Missing
        return _absent
    if pandas is None or type(key) is not str:
        return _absent
    if cls is getattr(pandas, "DataFrame", None):
        if _has_label(pandas, value.columns, key) is False:
            raise _Missing
        return value[key] if value.columns.is_unique and value.columns.nlevels == 1 else _absent
    if cls is getattr(pandas, "Series", None) and _has_label(pandas, value.index, key) is False:
        raise _Missing
    return _absent


def _dict_item(value: dict, key):
    if len(value) > MAX_LABELS:
        return _absent
    doubt = False
    for own in list(value):
        if type(own) is type(key) and own == key:
            return value[own]
        doubt = doubt or type(own) not in _plain_keys
    if doubt or type(key) is not str:
        return _absent
    raise _Missing


def _pandas_attribute(value, name, found):
    """For frames and series, whose columns are attributes too; ``None`` for everything else."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return None
    cls = type(value)
    if cls is getattr(pandas, "DataFrame", None):
        labels = value.columns
    elif cls is getattr(pandas, "Series", None):
        labels = value.index
    else:
        return None
    if found is not _absent:
        if cls is pandas.Series and name in ("dt", "str", "cat", "sparse") and len(value) <= MAX_LABELS:
            try:
                getattr(value, name)
            except AttributeError:
                raise _Missing from None
        return _absent
    if name in _instance_dict(value):
        return _absent
    has = _has_label(pandas, labels, name)
    if has is False:
        raise _Missing
    if has and cls is pandas.DataFrame and labels.is_unique and labels.nlevels == 1:
        return value[name]
    return _absent


def _has_label(pandas, index, key: str):
    """Whether a string is a label; ``None`` for a doubt: dates and intervals are found by strings that denote them."""
    if index.nlevels > 1:
        index = index.levels[0]
    if type(index) is pandas.RangeIndex:
        return False
    if type(index) is not pandas.Index or len(index) > MAX_LABELS:
        return None
    doubt = False
    for label in index:
        if type(label) is str:
            if label == key:
                return True
        elif type(label) not in (int, float, bool, type(None)):
            doubt = True
    return None if doubt else False
