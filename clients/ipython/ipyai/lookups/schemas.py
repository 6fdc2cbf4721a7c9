"""What live objects hold, for completions: columns, keys, signatures, attributes. The objects are not asked."""

import inspect
import sys
import types

from . import frames
from .objects import (
    absent,
    attributes_of,
    class_module,
    class_name,
    classes_of,
    elements,
    field,
    find,
    is_a,
    is_class,
    is_plain,
    members_of,
    namespace,
    pairs,
    text,
    type_name,
)
from .summaries import label_text, readable, size_text, summary

MAX_CHARS = 600
MAX_COLUMNS = 40
MAX_KEYS = 20


def describe(shell, names) -> list:
    """``{name, type, summary}`` of those of the names that are variables of the user, the summary longer than usual."""
    variables = namespace(shell)
    found = []
    for name in names[:50]:
        if name in variables:
            value = variables[name]
            shown = readable(description, value)
            found.append({"name": name, "type": type_name(value), "summary": cut(shown)})
    return found


def cut(shown: str) -> str:
    return shown if len(shown) <= MAX_CHARS else shown[: MAX_CHARS - 3] + "..."


def description(value) -> str:
    cls = type(value)
    if cls is dict:
        return _dict_description(value)
    if python_function(value) is not None:
        return signature(value)
    if is_class(value):
        return _class_description(value)
    array = frames.array(value)
    if array is not None:
        return summary(value) + (f", fields {', '.join(array.fields)}" if array.fields else "")
    frame = frames.frame(value) or frames.series(value)
    if frame is not None:
        return _frame_description(value, frame)
    attributes = None if is_a(value, types.ModuleType) else attributes_of(value)
    if type(attributes) is dict and attributes and not (class_module(cls) or "").startswith(("numpy", "pandas")):
        shown = [f"{key}: {type_name(held)}" for key, held in pairs(attributes, MAX_KEYS) if type(key) is str]
        return f"{type_name(value)} with {', '.join(shown)}" if shown else summary(value)
    return summary(value)


def _dict_description(value: dict) -> str:
    shown = [f"{summary(key)}: {type_name(held)}" for key, held in pairs(value, MAX_KEYS) if is_plain(key)]
    more = ", ..." if len(value) > MAX_KEYS else ""
    return f"dict of {len(value)}: {', '.join(shown)}{more}"


def _frame_description(value, frame) -> str:
    held = frame.values()
    if frame.columns is None:
        kind = f", {frames.values_type(held[0])}" if held else ""
        return f"{class_name(type(value))}{_named(value)} of {size_text(frame.index)}{kind}"
    labels = frame.columns.labels(MAX_COLUMNS) or []
    columns = [
        label_text(label) + (f" {frames.values_type(held[at])}" if at in held else "") for at, label in enumerate(labels)
    ]
    more = ", ..." if (frame.columns.size or 0) > len(columns) else ""
    index = text(frame.index.name)
    shape = f"{class_name(type(value))} {size_text(frame.index)}×{size_text(frame.columns)}"
    return f"{shape}: {', '.join(columns)}{more}" + (f"; index {index}" if index else "")


def _named(series) -> str:
    name = field(series, "_name")
    return f" {summary(name)}" if is_plain(name) and name is not None else ""


def python_function(value):
    """The function that a function or a method is, ``None`` for all that is not written in Python."""
    function = value.__func__ if type(value) is types.MethodType else value
    return function if type(function) is types.FunctionType else None


def signature(value, name=None) -> str:
    """A function or method of Python's with its parameters; defaults that are not plain values are dots."""
    function = python_function(value)
    shown, result = parameters(value)
    return f"{name or text(function.__code__.co_name)}({', '.join(shown)}){result}"


def parameters(value) -> tuple:
    """The parameters of a function or method of Python's, each as it is written, and what it says of its result."""
    function = python_function(value)
    code = function.__code__
    defaults = function.__defaults__
    defaults = [] if defaults is None else elements(defaults, tuple, code.co_argcount)
    hints = _hints(function)
    names = list(code.co_varnames[: code.co_argcount])
    first = len(names) - len(defaults)
    shown = [
        _parameter(each, hints, defaults[at - first] if at >= first else absent) for at, each in enumerate(names)
    ]
    if code.co_posonlyargcount:
        shown.insert(code.co_posonlyargcount, "/")
    if function is not value:
        del shown[:1]
    at = code.co_argcount + code.co_kwonlyargcount
    keyword_only = code.co_varnames[code.co_argcount : at]
    if code.co_flags & inspect.CO_VARARGS:
        shown.append(f"*{_parameter(code.co_varnames[at], hints, absent)}")
        at += 1
    elif keyword_only:
        shown.append("*")
    given = function.__kwdefaults__
    shown += [_parameter(each, hints, absent if given is None else find(given, each)) for each in keyword_only]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        shown.append(f"**{_parameter(code.co_varnames[at], hints, absent)}")
    return shown, f" -> {hints['return']}" if "return" in hints else ""


def _hints(function) -> dict:
    """The annotations that are texts or classes. Newer Pythons compute them when they are asked for."""
    if sys.version_info >= (3, 14):
        return {}
    shown = {}
    for name, hint in pairs(function.__annotations__):
        told = "None" if hint is None else class_name(hint) if is_class(hint) else text(hint)
        if type(name) is str and told:
            shown[name] = told
    return shown


def _parameter(name: str, hints: dict, default) -> str:
    shown = f"{name}: {hints[name]}" if name in hints else name
    if default is absent:
        return shown
    equals = " = " if name in hints else "="
    return f"{shown}{equals}{summary(default) if is_plain(default) else '...'}"


def _class_description(cls) -> str:
    title, init = f"class {class_name(cls)}", None
    names: dict = {}
    for base in classes_of(cls):
        if base is object:
            continue
        for name, held in pairs(members_of(base)):
            if type(name) is not str:
                continue
            if name == "__init__" and type(held) is types.FunctionType and init is None:
                init = held
            elif not name.startswith("_"):
                names[name] = True
    title = signature(init, title) if init is not None else title
    return f"{title} with {', '.join(list(names)[:MAX_COLUMNS])}" if names else title
