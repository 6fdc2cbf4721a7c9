"""The lines of cells and files. Loaders are not asked: they may be the user's."""

import inspect
import linecache
import os
import tokenize

_MAX_FILE = 2_000_000


def lines(path: str) -> list:
    entry = linecache.cache.get(path)
    if type(entry) is tuple and len(entry) == 4:
        return entry[2]
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _MAX_FILE:
            return []
        with tokenize.open(path) as file:
            return file.readlines()
    except (OSError, SyntaxError, UnicodeDecodeError):
        return []


def of_code(code):
    """The source of a function's code, ``None`` where it cannot be found."""
    found = lines(code.co_filename)[code.co_firstlineno - 1 :]
    return "".join(inspect.getblock(found)) if found else None
