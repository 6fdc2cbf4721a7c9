"""Functions of the user as tools for the model: what one takes, and calling it."""

import hashlib
import inspect
import json
import types
import typing

_TYPES = {
    int: "integer",
    float: "number",
    str: "string",
    bool: "boolean",
    list: "array",
    tuple: "array",
    set: "array",
    dict: "object",
}
_PLAIN = (int, float, complex, str, bytes, bool, type(None))
# What a definition is told apart by its identity stays alive, so that nothing else gets the same.
_pinned: dict = {}
_KINDS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def describe(shell, name: str) -> dict:
    """``{description, inputSchema, definition}`` of a function of the user, or ``{reason}`` why it cannot be a tool."""
    if not name.isidentifier():
        return {"reason": "is no name of a function"}
    if name not in shell.user_ns:
        return {"reason": "is not defined"}
    function = shell.user_ns[name]
    if not callable(function):
        return {"reason": f"is no function but of type {type(function).__name__}"}
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return {"reason": "does not tell what it takes"}
    hints = _hints(function)
    properties, required = {}, []
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            return {"reason": f"takes {parameter.name} by position only"}
        if parameter.kind not in _KINDS:
            continue
        schema = _schema(hints.get(parameter.name, typing.Any))
        if parameter.default is inspect.Parameter.empty:
            required.append(parameter.name)
        elif isinstance(parameter.default, (str, int, float, bool)) or parameter.default is None:
            schema = {**schema, "default": parameter.default}
        properties[parameter.name] = schema
    shown = f"{name}{signature}"
    documentation = inspect.getdoc(function)
    return {
        "definition": definition(function),
        "description": f"{shown}\n{documentation}"[:4000] if documentation else f"The user's function {shown}"[:4000],
        "inputSchema": {"type": "object", "properties": properties, "required": required, "additionalProperties": False},
    }


async def call(name: str, arguments: str, allowed: str):
    """Calls the function with arguments in JSON; text is printed as it is, any other value is returned."""
    from IPython import get_ipython

    function = get_ipython().user_ns[name]
    if definition(function) != allowed:
        raise PermissionError(f"{name} was defined anew after this call was allowed, so it was not called")
    result = function(**json.loads(arguments))
    if inspect.isawaitable(result):
        result = await result
    if isinstance(result, str):
        print(result)
        return None
    return result


def definition(function) -> str:
    """Stands for this very function: its code, what it closes over, its defaults. Another definition gives another text."""
    return hashlib.sha256(repr(_parts(function, ())).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _parts(value, seen: tuple):
    cls = type(value)
    if cls in _PLAIN:
        return cls.__name__, repr(value) if cls is not int else hex(value)
    if any(each is value for each in seen) or len(seen) > 20:
        return _identity(value)
    inside = (*seen, value)
    if cls is types.CodeType:
        constants = [_parts(each, inside) for each in value.co_consts]
        names = (value.co_names, value.co_varnames, value.co_freevars, value.co_cellvars)
        return value.co_code.hex(), constants, names, value.co_flags, value.co_filename, value.co_firstlineno
    if cls in (tuple, frozenset):
        return cls.__name__, [_parts(each, inside) for each in (value if cls is tuple else sorted(value, key=repr))]
    if cls is types.FunctionType:
        cells = [_cell(cell, inside) for cell in value.__closure__ or ()]
        defaults = [_parts(each, inside) for each in (value.__defaults__, *sorted((value.__kwdefaults__ or {}).items()))]
        return "function", _parts(value.__code__, inside), cells, defaults, _identity(value.__globals__)
    if cls is types.MethodType:
        return "method", _parts(value.__func__, inside), _identity(value.__self__)
    methods = [vars(base)[name] for name in ("__call__", "__init__", "__new__") for base in _bases(value) if name in vars(base)]
    return _identity(value), [_parts(each, inside) for each in methods if type(each) is types.FunctionType]


def _bases(value) -> tuple:
    cls = value if issubclass(type(value), type) else type(value)
    return type.__dict__["__mro__"].__get__(cls)


def _cell(cell, seen: tuple):
    try:
        return _parts(cell.cell_contents, seen)
    except ValueError:  # it is empty
        return "empty"


def _identity(value) -> int:
    _pinned[id(value)] = value
    return id(value)


def _hints(function) -> dict:
    target = function.__init__ if inspect.isclass(function) else function
    try:
        return typing.get_type_hints(target)
    except Exception:  # an annotation that names what does not exist
        return {}


def _schema(hint) -> dict:
    if hint in _TYPES:
        return {"type": _TYPES[hint]}
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin is typing.Union or origin is getattr(types, "UnionType", None):
        return {"anyOf": [{"type": "null"} if each is type(None) else _schema(each) for each in arguments]}
    if origin in (list, set):
        return {"type": "array", "items": _schema(arguments[0])}
    if origin in _TYPES:
        return {"type": _TYPES[origin]}
    return {}
