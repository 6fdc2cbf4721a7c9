"""Functions of the user as tools for the model: what one takes, and calling it."""

import hashlib
import inspect
import io
import json
import math
import textwrap
import tokenize
import types
import typing

from ..lookups.objects import absent, find, in_classes, is_one_of, is_plain, namespace, pairs, type_name
from ..lookups.schemas import python_function
from ..lookups.source import of_code

MAX_NAMES = 1000
_MAX_DESCRIPTION = 4000
_MAX_TEXT = 300
_TYPES = (
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (bool, "boolean"),
    (list, "array"),
    (tuple, "array"),
    (set, "array"),
    (dict, "object"),
)
_PLAIN = (int, float, complex, str, bytes, bool, type(None))
# What a definition is told apart by its identity stays alive, so that nothing else gets the same.
_pinned: dict = {}
_KINDS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def names(shell) -> list:
    """The user's variables that can be called, the newest last."""
    hidden = {name: value for name, value in pairs(shell.user_ns_hidden) if type(name) is str}
    return [
        name
        for name, value in namespace(shell).items()
        if not name.startswith("_")
        and not (name in hidden and hidden[name] is value)
        and in_classes(type(value), "__call__") is not absent
    ][-MAX_NAMES:]


def describe(shell, name: str) -> dict:
    """``{description, inputSchema, definition}`` of a function of the user, or ``{reason}`` why it cannot be a tool."""
    if not name.isidentifier():
        return {"reason": "is no name of a function"}
    function = find(shell.user_ns, name)
    if function is absent:
        return {"reason": "is not defined"}
    if not callable(function):
        return {"reason": f"is no function but of type {type_name(function)}"}
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return {"reason": "does not tell what it takes"}
    hints, comments = _hints(function), _comments(function)
    properties, required = {}, []
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            return {"reason": f"takes {parameter.name} by position only"}
        if parameter.kind not in _KINDS:
            continue
        schema = _schema(hints.get(parameter.name, typing.Any))
        if parameter.name in comments:
            schema = {**schema, "description": comments[parameter.name]}
        if parameter.default is inspect.Parameter.empty:
            required.append(parameter.name)
        elif _is_json(parameter.default):
            schema = {**schema, "default": parameter.default}
        properties[parameter.name] = schema
    shown = f"{name}{_shown(signature)}"
    documentation = inspect.getdoc(function)
    description = f"{shown}\n{documentation}" if documentation else f"The user's function {shown}"
    if "return" in comments:
        description += f"\nReturns: {comments['return']}"
    return {
        "definition": definition(function),
        "description": description[:_MAX_DESCRIPTION],
        "inputSchema": {"type": "object", "properties": properties, "required": required, "additionalProperties": False},
    }


def _shown(signature) -> str:
    """The signature as it is written; a default that is not a plain value is dots."""
    parameters = [
        each if each.default is inspect.Parameter.empty or is_plain(each.default) else each.replace(default=_Dots())
        for each in signature.parameters.values()
    ]
    return str(signature.replace(parameters=parameters))


class _Dots:
    def __repr__(self):
        return "..."


def _is_json(value) -> bool:
    """Whether a default can stand in a schema."""
    if type(value) is float:
        return math.isfinite(value)
    return is_one_of(type(value), (int, bool, type(None))) or (type(value) is str and len(value) <= _MAX_TEXT)


def _comments(function) -> dict:
    """What is said of parameters in comments: behind one on its line, or on the lines before it. `return` behind the arrow."""
    written = inspect.unwrap(function.__init__ if inspect.isclass(function) else function)
    plain = python_function(written)
    text = of_code(plain.__code__) if plain is not None else None
    if text is None:
        return {}
    try:
        return _comments_in(textwrap.dedent(text))
    except (tokenize.TokenError, SyntaxError):  # what is kept of the source is not all of it
        return {}


def _comments_in(text: str) -> dict:
    found: dict = {}
    before: list = []
    on_line: list = []
    depth, is_name_next, is_in_header = 0, False, False

    def settle(comment: str) -> None:
        said = " ".join([*before, comment] if comment else before)
        if said and len(on_line) == 1:
            found.setdefault(on_line[0], said[:_MAX_TEXT])

    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        word = token.string
        if not is_in_header:
            is_in_header = token.type == tokenize.NAME and word == "def"
            continue
        if token.type == tokenize.COMMENT:
            comment = word.lstrip("#").strip()
            if on_line:
                settle(comment)
                before, on_line = [], []
            else:
                before.append(comment)
        elif token.type in (tokenize.NL, tokenize.NEWLINE):
            if on_line:
                settle("")
                before, on_line = [], []
            if token.type == tokenize.NEWLINE:
                break
        elif token.type == tokenize.OP:
            if word in "([{":
                depth += 1
            elif word in ")]}":
                depth -= 1
            elif word == "->" and depth == 0:
                on_line.append("return")
            is_name_next = depth == 1 and word in ("(", ",", "*", "**")
        elif token.type == tokenize.NAME and is_name_next:
            on_line.append(word)
            is_name_next = False
    return found


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
        return typing.get_type_hints(target, include_extras=True)
    except Exception:  # an annotation that names what does not exist
        return {}


def _schema(hint) -> dict:
    for known, name in _TYPES:
        if hint is known:
            return {"type": name}
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        said = [each for each in arguments[1:] if type(each) is str]
        return {**_schema(arguments[0]), **({"description": said[0][:_MAX_TEXT]} if said else {})}
    if origin is typing.Literal:
        return {"enum": [each for each in arguments if _is_json(each)]}
    if origin is typing.Union or origin is getattr(types, "UnionType", None):
        return {"anyOf": [{"type": "null"} if each is type(None) else _schema(each) for each in arguments]}
    if origin is list or origin is set:
        return {"type": "array", "items": _schema(arguments[0])}
    for known, name in _TYPES:
        if origin is known:
            return {"type": name}
    return {}
