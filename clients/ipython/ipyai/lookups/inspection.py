"""What an editor shows of the name at the cursor: its type, what it holds, its signature and documentation.

It is asked while a person types or points, so the objects are not asked: `obj?` in a cell does that.
"""

import builtins
import inspect
import re
import types

from ..bounded import cut
from . import frames, source
from .accesses import Column, Missing, attribute
from .objects import (
    absent,
    attributes_of,
    field,
    find,
    in_classes,
    is_a,
    is_class,
    is_one_of,
    is_static,
    members_of,
    module_members,
    namespace,
    text,
    type_name,
)
from .schemas import description, parameters, python_function
from .summaries import readable, size_text
from .texts import known_text

MAX_CHARS = 20_000
MAX_LINE = 80
MAX_VALUE = 300
_static_doc_of = type.__dict__["__doc__"].__get__
_static_signature_of = type.__dict__["__text_signature__"].__get__
_builtin_functions = (
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.MethodWrapperType,
    types.ClassMethodDescriptorType,
)
_static_function_of = staticmethod.__dict__["__func__"].__get__
_class_function_of = classmethod.__dict__["__func__"].__get__
_self_evident = (str, int, float, complex, bool, bytes, type(None), list, tuple, dict, set)
# Where C code says that something is a method.
_self = r"^\([$]\w+(?:, /)?(?:, )?"
_names = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"


def inspect_at(shell, code: str, cursor: int, detail: int):
    """The text about the name at the cursor; ``None`` when there is none or it is unknown. ``detail`` 1 adds its source."""
    name = name_at(code, cursor)
    if name is None:
        return None
    found = look_up(shell, name)
    return None if found is absent else cut(about(name, found, detail), MAX_CHARS)


def name_at(code: str, cursor: int):
    """The dotted name under the cursor up to the part it is in, else the function whose call the cursor is in."""
    end = cursor
    while end < len(code) and (code[end].isalnum() or code[end] == "_"):
        end += 1
    before = code[:end]
    from IPython.utils.tokenutil import token_at_cursor

    try:
        # What follows is left out: IPython takes the left side of an assignment for an argument's name.
        name = token_at_cursor(before, end)
    except Exception:  # code that is being written
        match = re.search(f"{_names}$", before)
        name = match.group() if match else ""
    return name if re.fullmatch(_names, name) else None


def look_up(shell, name: str):
    """The object, or the descriptor that would compute it; ``absent`` when neither can be had."""
    first, *rest = name.split(".")
    value = namespace(shell).get(first, absent)
    if value is absent:
        value = find(vars(builtins), first)
    if value is absent and not rest:
        value = shell.find_magic(first) or absent
    for each in rest:
        if value is absent:
            return absent
        value = member(value, each)
    return value


def member(value, name: str):
    """What stands under the name: the value, the method as it is called, or the descriptor that would compute it."""
    if is_class(value):
        found = in_classes(value, name)
        return in_classes(type(value), name) if found is absent else _bound(found, value)
    try:
        found = attribute(value, name)
    except Missing:
        return absent
    if found is not absent:
        return found
    found = in_classes(type(value), name)
    return types.MethodType(found, value) if type(found) is types.FunctionType else _bound(found, type(value))


def _bound(found, cls):
    """What stands in a class as it is called."""
    if type(found) is staticmethod:
        return _static_function_of(found)
    if type(found) is classmethod:
        function = _class_function_of(found)
        return types.MethodType(function, cls) if type(function) is types.FunctionType else function
    return found


def about(name: str, value, detail: int) -> str:
    """Signature, type, file and documentation; ``detail`` 1 gives the source instead of that."""
    fields = []
    call = call_of(name, value)
    if call:
        fields.append(("Signature", call))
    if type(value) is Column:
        held = f"Series of {size_text(value.index)}, {frames.values_type(value.values)}"
        fields += [("Type", "pandas.Series"), ("Value", held)]
    else:
        fields.append(("Type", type_name(value)))
        held = readable(_held, value)
        if not call and held != type_name(value):
            fields.append(("Value", held))
    path = _file(value)
    if path:
        fields.append(("File", path))
    code = _source(value) if detail else None
    documentation = code or documentation_of(value)
    if documentation:
        fields.append(("Source" if code else "Docstring", documentation))
    width = max(len(title) for title, shown in fields if "\n" not in shown) + 1
    return "\n".join(f"{title}:\n{shown}" if "\n" in shown else f"{title + ':':<{width}} {shown}" for title, shown in fields)


def _held(value) -> str:
    whole = None if is_a(value, str) else known_text(value)
    return description(value) if whole is None or len(whole) > MAX_VALUE else whole


def call_of(name: str, value):
    """How it is called, ``None`` for what is no function or class or does not tell."""
    function = called(value)
    if function is not None:
        return _signature(name, function)
    if is_class(value):
        told = _static_signature_of(value) if is_static(value) else None
    elif is_one_of(type(value), _builtin_functions):
        told = value.__text_signature__
    else:
        return None
    told = text(told)
    return f"{name}{re.sub(_self, '(', told)}" if told else None


def _signature(name: str, function) -> str:
    shown, result = parameters(function)
    line = f"{name}({', '.join(shown)}){result}"
    if len(line) <= MAX_LINE:
        return line
    return "\n".join([f"{name}(", *(f"    {each}," for each in shown), f"){result}"])


def called(value):
    """The Python function that runs when the value is called, a method where its first argument is given; else ``None``."""
    function = _function(value)
    if function is None and is_class(value):
        init = in_classes(value, "__init__")
        return types.MethodType(init, value) if type(init) is types.FunctionType else None
    return function


def _function(value):
    """The Python function or method that the value is or wraps."""
    own = python_function(value)
    wrapped = _wrapped(value if own is None else own)
    if own is value or own is None:
        return wrapped
    return value if wrapped is own else types.MethodType(wrapped, value.__self__)


def _wrapped(value):
    found = None
    for _ in range(10):
        if type(value) is types.FunctionType:
            found, attributes = value, value.__dict__
        else:
            attributes = None if is_class(value) else attributes_of(value)
        value = find(attributes, "__wrapped__") if type(attributes) is dict else absent
        if value is absent:
            break
    return found


def documentation_of(value):
    if type(value) is Column:
        return None
    if type(value) is property:
        getter = field(value, "fget")
        own = text(field(value, "__doc__"))
        return _clean(own or (text(getter.__doc__) if type(getter) is types.FunctionType else None))
    if is_one_of(type(value), _self_evident):
        return None
    function = python_function(value)
    if function is not None:
        return _clean(text(function.__doc__))
    if is_a(value, types.ModuleType):
        return _clean(text(find(module_members(value), "__doc__")))
    if is_class(value) or not is_static(type(value)):
        cls = value if is_class(value) else type(value)
        return _clean(text(_static_doc_of(cls) if is_static(cls) else find(members_of(cls), "__doc__")))
    return _clean(text(field(value, "__doc__")))


def _clean(documentation):
    return inspect.cleandoc(documentation) if documentation else None


def _file(value):
    function = python_function(_function(value))
    if function is not None:
        path = text(function.__code__.co_filename)
    elif is_a(value, types.ModuleType):
        path = text(find(module_members(value), "__file__"))
    else:
        return None
    return None if path is None or path.startswith("<") or "ipykernel_" in path else path


def _source(value):
    function = python_function(_function(value))
    return None if function is None else source.of_code(function.__code__)
