"""What code may say that is shown to compute only: calls, methods, operations, each known to run nothing of anybody's.

With plain values, that is, and none of them grows without end by a slip.
"""

import ast
import re

MAX_SIZE = 1_000_000
MAX_EXPONENT = 100

# The parser warns of these, which runs what somebody may have put there to be warned.
WARNED = re.compile(r"""\\(?![\\'"abfnrtvxNuU0-7\n])|(?<![\w.])\d[\w.]*?(and|else|for|if|in|is|not|or)\b""")
WIDE = re.compile(r"\d{5}")

# With how many arguments at most, and by which names.
CALLS = {
    **dict.fromkeys(
        ["abs", "all", "any", "bin", "bool", "chr", "complex", "float", "frozenset", "hash", "hex", "iter", "len", "list"]
        + ["oct", "ord", "repr", "reversed", "set", "str", "tuple"],
        (1, ()),
    ),
    **dict.fromkeys(["divmod", "filter", "int", "map", "next", "round", "sum"], (2, ())),
    "dict": (1, None),
    "enumerate": (2, ("start",)),
    "range": (3, ()),
    "sorted": (1, ("key", "reverse")),
    "max": (20, ("key", "default")),
    "min": (20, ("key", "default")),
    "print": (50, ("sep", "end")),
    "zip": (20, ("strict",)),
}
# What gives a new object, never one that is there.
FRESH_CALLS = ("len", "int", "float", "str", "list", "dict", "set", "sorted", "round", "abs")
TYPES = ("bool", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple")
METHODS = frozenset(
    "capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit isidentifier islower"
    " isnumeric isprintable isspace istitle isupper join lower lstrip partition removeprefix removesuffix replace rfind"
    " rindex rpartition rsplit rstrip split splitlines startswith strip swapcase title upper"
    " copy get items keys values difference intersection isdisjoint issubset issuperset symmetric_difference union"
    " as_integer_ratio bit_count bit_length conjugate is_integer".split()
)
# With another argument they look for codecs, which anybody may have registered.
WITHOUT_ARGUMENTS = frozenset(["encode", "decode", "hex"])
CHANGING = frozenset(
    "add append clear discard extend insert pop popitem remove reverse setdefault sort update".split()
)
BINARY = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.BitAnd, ast.BitOr, ast.BitXor, ast.RShift)
FRESH_NODES = (
    *(ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp),
    *(ast.Constant, ast.BinOp, ast.Compare, ast.JoinedStr),
)
PLAIN_NODES = (
    *(ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Starred, ast.Subscript, ast.Slice),
    *(ast.BoolOp, ast.IfExp, ast.JoinedStr),
)
