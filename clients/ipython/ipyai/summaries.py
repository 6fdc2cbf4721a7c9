"""Summaries of variables that run no user code.

Only objects whose type *is* a built-in, NumPy or pandas type are looked into; everything else is told by the
name of its type. So neither a user's ``__repr__`` nor a property runs, and the size of an object does not matter.
"""

import sys
import types

MAX_ITEMS = 6
MAX_CHARS = 120
_type_name = type.__dict__["__name__"].__get__
_type_module = type.__dict__["__module__"].__get__


def type_name(value) -> str:
    """The name of the value's type, with its module unless that is built in or ``__main__``."""
    cls = type(value)
    module = _type_module(cls)
    name = _type_name(cls)
    return name if not isinstance(module, str) or module in ("builtins", "__main__") else f"{module}.{name}"


def is_class(value) -> bool:
    """``isinstance`` would ask the value for its ``__class__``, which may be the user's code."""
    return issubclass(type(value), type)


def summary(value) -> str:
    """One line about the value."""
    text = _summary(value, 0)
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 3] + "..."


def _summary(value, depth: int) -> str:
    cls = type(value)
    if cls in (int, float, complex, bool, type(None), type(Ellipsis), range, slice):
        # A huge integer takes long to print, and Python refuses to.
        if cls is int and value.bit_length() > 400:
            return f"int of {value.bit_length()} bits"
        return repr(value) if cls is not slice else "slice"
    if cls in (str, bytes, bytearray):
        return repr(value[:60]) + (f"... ({len(value)} long)" if len(value) > 60 else "")
    if cls in (list, tuple, set, frozenset):
        return _sequence(value, depth)
    if cls is dict:
        return _mapping(value, depth)
    if cls is types.ModuleType:
        return _string(value.__dict__.get("__name__"), "module")
    if cls is types.FunctionType:
        code = value.__code__
        count = code.co_argcount + code.co_kwonlyargcount
        return f"{code.co_name}({', '.join(code.co_varnames[:count])})"
    if cls is types.BuiltinFunctionType:
        return value.__name__
    if is_class(value):
        return f"class {_type_name(value)}"
    return _array(value) or type_name(value)


def _sequence(value, depth: int) -> str:
    name = _type_name(type(value))
    if depth or not value:
        return f"{name} of {len(value)}"
    items = []
    for item in _first(value):
        items.append(_summary(item, depth + 1))
    more = ", ..." if len(value) > MAX_ITEMS else ""
    return f"{name} of {len(value)}: {', '.join(items)}{more}"


def _mapping(value: dict, depth: int) -> str:
    if depth or not value:
        return f"dict of {len(value)}"
    pairs = []
    for key in _first(value):
        shown = _summary(key, depth + 1)
        pairs.append(f"{shown}: {_summary(value.get(key), depth + 1)}" if type(key) in _plain_keys else shown)
    more = ", ..." if len(value) > MAX_ITEMS else ""
    return f"dict of {len(value)}: {', '.join(pairs)}{more}"


# Keys whose hash and comparison are Python's own.
_plain_keys = (str, int, float, bool, bytes, type(None))


def _first(container) -> list:
    # Another thread may change the container meanwhile.
    for _ in range(3):
        try:
            found = []
            for item in container:
                found.append(item)
                if len(found) == MAX_ITEMS:
                    break
            return found
        except RuntimeError:
            continue
    return []


def _array(value):
    """NumPy and pandas objects by shape; the libraries are looked at only when somebody imported them."""
    cls = type(value)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        if cls is getattr(numpy, "ndarray", None):
            return f"array {'×'.join(map(str, value.shape)) or 'of one value'}, {value.dtype.str}"
        if _type_module(cls) == "numpy" and isinstance(value, getattr(numpy, "number", ())):
            return repr(value.item())
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return None
    if cls is getattr(pandas, "DataFrame", None):
        rows, columns = value.shape
        return f"DataFrame {rows}×{columns}: {_labels(value.columns)}"
    if cls is getattr(pandas, "Series", None):
        name = value.name if type(value.name) is str else ""
        return f"Series {name} of {len(value)}".replace("  ", " ")
    if cls is getattr(pandas, "Index", None):
        return f"Index of {len(value)}"
    return None


def _labels(index) -> str:
    labels = []
    for label in index[:MAX_ITEMS]:
        labels.append(label if type(label) is str else _summary(label, 1))
    return ", ".join(labels) + (", ..." if len(index) > MAX_ITEMS else "")


def _string(value, otherwise: str) -> str:
    return value if type(value) is str else otherwise


def variables(shell, pattern=None, limit: int = 2000) -> list:
    """Global variables of the user, newest last, as ``{name, type, summary}``."""
    namespace = dict(shell.user_ns)
    hidden = shell.user_ns_hidden
    found = []
    for name, value in namespace.items():
        if type(name) is not str or name.startswith("_") or (pattern and pattern.lower() not in name.lower()):
            continue
        # IPython hides what it put there itself; a name that was assigned again is the user's.
        if name in hidden and hidden[name] is value:
            continue
        try:
            found.append({"name": name, "type": type_name(value), "summary": summary(value)})
        except Exception as error:  # one strange object does not hide the others
            found.append({"name": name, "type": type_name(value), "summary": f"not readable: {_type_name(type(error))}"})
        if len(found) >= limit:
            break
    return found
