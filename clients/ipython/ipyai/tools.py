"""Functions of the user as tools for the model: what one takes, and calling it."""

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
_KINDS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def describe(shell, name: str) -> dict:
    """``{name, description, inputSchema}`` of a function of the user, or ``{reason}`` why it cannot be a tool."""
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
        "name": name,
        "description": f"{shown}\n{documentation}"[:4000] if documentation else f"The user's function {shown}"[:4000],
        "inputSchema": {"type": "object", "properties": properties, "required": required, "additionalProperties": False},
    }


async def call(name: str, arguments: str):
    """Calls the function with arguments in JSON; text is printed as it is, any other value is returned."""
    from IPython import get_ipython

    function = get_ipython().user_ns[name]
    result = function(**json.loads(arguments))
    if inspect.isawaitable(result):
        result = await result
    if isinstance(result, str):
        print(result)
        return None
    return result


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
