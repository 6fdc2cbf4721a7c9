"""References in prompts: what stands between the backticks of ``$`...```.

Their values are what the person asked for, so an object may be asked for its text. What is known without asking is
told at once; the rest is done where it hinders nobody, and may take its time.
"""

import ast
import builtins
import sys
import threading
import time

from .accesses import Column, attribute, item
from .objects import absent, find, namespace, type_name
from .texts import error_text, known_text, text_of

# A text that takes longer than this is not waited for by two.
_LONG_SECONDS = 2
# By threads: the class of the object whose text is being made, and when that began.
_asked: dict = {}


def known(shell, expressions) -> list:
    """For each reference what is known without running anything.

    ``{type, text}`` or ``{reason}`` when that is the answer; ``{asks: "look"}`` when ``resolve`` can find it beside a
    cell, with the ``type`` when the value itself was found; ``{asks: "call"}`` when it calls something.
    """
    variables = namespace(shell)
    return [_known(variables, expression.strip()) for expression in expressions]


def _known(variables: dict, expression: str) -> dict:
    try:
        tree = ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {"reason": "is not an expression"}
    if not _is_plain(tree):
        return {"asks": "call"}
    if isinstance(tree, ast.Name) and tree.id not in variables and find(vars(builtins), tree.id) is absent:
        return {"reason": "is not defined"}
    try:
        value = _reach(variables, tree)
        text = None if value is absent else known_text(value)
    except Exception:  # it is not there, or changes meanwhile: evaluating it tells in Python's words
        value, text = absent, None
    if text is not None:
        return {"type": type_name(value), "text": text}
    return {"asks": "look"} if value is absent or type(value) is Column else {"asks": "look", "type": type_name(value)}


def _is_plain(node) -> bool:
    """Names, dots and constant indices only."""
    if isinstance(node, ast.Name):
        return True
    if isinstance(node, ast.Attribute):
        return _is_plain(node.value)
    return isinstance(node, ast.Subscript) and _is_plain(node.value) and _is_constant(node.slice)


def _is_constant(node) -> bool:
    if node is None or isinstance(node, (ast.Constant, ast.Name)):
        return True
    if isinstance(node, ast.UnaryOp):
        return _is_constant(node.operand)
    if isinstance(node, ast.Tuple):
        return all(map(_is_constant, node.elts))
    if isinstance(node, ast.Slice):
        return all(map(_is_constant, (node.lower, node.upper, node.step)))
    return False


def _reach(variables: dict, node):
    if isinstance(node, ast.Name):
        return variables.get(node.id, absent)
    value = _reach(variables, node.value)
    if value is absent:
        return absent
    return attribute(value, node.attr) if isinstance(node, ast.Attribute) else item(value, ast.literal_eval(node.slice))


def resolve(shell, expression: str) -> dict:
    """``{type, text}`` of the value, or ``{reason}`` why there is none. Runs whatever the reference names."""
    expression = expression.strip()
    try:
        value = eval(compile(expression, "<ref>", "eval"), shell.user_global_ns, shell.user_ns)
    except KeyboardInterrupt:
        raise
    except NameError as error:
        name = getattr(error, "name", None)
        return {"reason": f"is not defined: {name}" if name and name != expression else "is not defined"}
    except BaseException as error:
        return {"reason": f"failed with {error_text(error)}"}
    return {"type": type_name(value), "text": _asked_text(value)}


def _asked_text(value) -> str:
    """The object's text, or why it has none: that is what the person is told of it."""
    cls, now, ident = type(value), time.monotonic(), threading.get_ident()
    for other, (asked, began) in list(_asked.items()):
        if asked is cls and now - began > _LONG_SECONDS and other in sys._current_frames():
            return f"[the text of another {type_name(value)} has been in the making for {now - began:.0f} s]"
    _asked[ident] = (cls, now)
    try:
        return text_of(value)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return f"[its text failed with {error_text(error)}]"
    finally:
        _asked.pop(ident, None)
