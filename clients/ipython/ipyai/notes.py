"""Cells that are notes: exactly one string literal."""

import ast

MAX_CHARS = 1_000_000


def note_value(source: str):
    """The string of a cell that consists of one string literal, else ``None``."""
    text = source.strip()
    # Nearly every cell fails this look, so nearly none is parsed.
    if not text or text[0] not in "\"'rRuU(#" or len(text) > MAX_CHARS:
        return None
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        return None
    value = body[0].value
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
