"""References in prompts: what stands between the backticks of ``$`...```."""

import ast

from .bounded import clean, cut
from .summaries import type_name

MAX_CHARS = 20_000
_BIG = 2_000


def is_plain(expression: str) -> bool:
    """Whether the reference is names, dots and constant indices only, so that it may be read beside a cell."""
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True  # says so when resolved, which needs no waiting
    return _plain(tree)


def _plain(node) -> bool:
    if isinstance(node, ast.Name):
        return True
    if isinstance(node, ast.Attribute):
        return _plain(node.value)
    if isinstance(node, ast.Subscript):
        return _plain(node.value) and _constant(node.slice)
    return False


def _constant(node) -> bool:
    if node is None or isinstance(node, (ast.Constant, ast.Name)):
        return True
    if isinstance(node, ast.UnaryOp):
        return _constant(node.operand)
    if isinstance(node, ast.Tuple):
        return all(map(_constant, node.elts))
    if isinstance(node, ast.Slice):
        return all(map(_constant, (node.lower, node.upper, node.step)))
    return False


def resolve(shell, expression: str) -> dict:
    """``{type, text}`` of the value, or ``{reason}`` why there is none."""
    try:
        code = compile(expression.strip(), "<ref>", "eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {"reason": "is not an expression"}
    try:
        value = eval(code, shell.user_global_ns, shell.user_ns)
        return {"type": type_name(value), "text": clean(cut(text_of(value), MAX_CHARS))}
    except NameError as error:
        name = getattr(error, "name", None)
        return {"reason": f"is not defined: {name}" if name and name != expression.strip() else "is not defined"}
    except Exception as error:
        return {"reason": clean(f"failed with {type(error).__name__}: {cut(str(error), 300)}")}


def text_of(value) -> str:
    """``str(value)``, without printing all of a huge built-in container."""
    cls = type(value)
    if cls in (list, tuple, set, frozenset, dict) and len(value) > _BIG:
        shown = []
        for item in value.items() if cls is dict else value:
            shown.append(f"{item[0]!r}: {item[1]!r}" if cls is dict else repr(item))
            if len(shown) == _BIG:
                break
        opening, closing = {list: "[]", tuple: "()"}.get(cls, "{}")
        return f"{opening}{', '.join(shown)}, ... {len(value) - _BIG} more{closing}"
    if cls is str:
        return value
    if cls is int and value.bit_length() > 10_000:
        return f"an int of {value.bit_length()} bits"
    return str(value)
