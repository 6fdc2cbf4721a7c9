"""What an expression of names, attributes, keys, positions and slices means, found without running anybody's code.

Rows of frames and columns are not taken out of them: a ``View`` says which are meant.
"""

import ast
import builtins
import operator
import types

from . import frames
from .accesses import Missing, attribute, item
from .inspection import member
from .objects import absent, find, in_classes, is_a, is_class, is_one_of, is_plain, module_members, pairs, text, type_name
from .summaries import summary

MAX_CHARS = 2_000
MAX_LABELS = 10_000
_cut_here = (list, tuple, str, bytes, bytearray, range)
_functions = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
    type,
)
_frame_words = ("iloc", "loc", "head", "tail")


class Unreachable(Exception):
    """Why it cannot be read; the text is for the model."""


class View:
    """Rows and columns of a frame, or rows of a series: ``columns`` are positions, ``rows`` a slice."""

    def __init__(self, value, frame, columns=None, rows=slice(None)):
        self.value = value
        self.frame = frame
        self.columns = columns
        self.rows = rows

    def narrowed(self, rows: slice):
        size = self.frame.index.size or 0
        kept = range(size)[self.rows][rows]
        stop = kept.stop if kept.stop >= 0 else None
        return View(self.value, self.frame, self.columns, slice(kept.start, stop, kept.step))


class _Word:
    """``iloc``, ``head`` and the like of a view."""

    def __init__(self, view: View, name: str):
        self.view = view
        self.name = name


def reach(variables: dict, expression: str):
    """The value or ``View``. Raises ``Unreachable``."""
    if len(expression) > MAX_CHARS:
        raise Unreachable(f"is longer than {MAX_CHARS} characters")
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
        value = _reach(variables, tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unreachable("is not an expression") from None
    if type(value) is _Word:
        raise Unreachable(f"needs rows: write .{value.name}{'[0:5]' if 'loc' in value.name else '(5)'}")
    return value


def _reach(variables: dict, node):
    if isinstance(node, ast.Name):
        return _variable(variables, node.id)
    if isinstance(node, ast.Attribute):
        return _attribute(_reach(variables, node.value), node.attr)
    if isinstance(node, ast.Subscript):
        return _item(_reach(variables, node.value), _key(node.slice))
    if isinstance(node, ast.Call):
        return _call(variables, node)
    raise Unreachable(f"reads no {type(node).__name__}: names, attributes, keys, positions and slices only. Use pyrun to compute")


def _variable(variables: dict, name: str):
    value = variables.get(name, absent)
    if value is absent:
        value = find(module_members(builtins), name)
    if value is absent:
        raise Unreachable(f"{name} is not defined")
    return _view(value)


def _view(value):
    """Frames and series are looked at in part, whatever their size."""
    if is_one_of(type(value), (View, _Word)):
        return value
    frame = frames.frame(value) or frames.series(value)
    return value if frame is None else View(value, frame)


def _attribute(value, name: str):
    if type(value) is _Word:
        raise Unreachable(f"nothing has an attribute of .{value.name}")
    if type(value) is View:
        return _view_attribute(value, name)
    try:
        found = absent if is_class(value) else attribute(value, name)
    except Missing:
        raise Unreachable(f"{type_name(value)} has no {name}") from None
    if found is absent:
        found = member(value, name)
        if found is absent:
            raise Unreachable(f"{type_name(value)} has no {name}, or makes it up when it is asked: use pyrun for that")
        if not is_class(value) and not is_one_of(type(found), _functions):
            raise Unreachable(f"{name} of {type_name(value)} is computed when it is read: use pyrun for that")
    return _view(found)


def _view_attribute(view: View, name: str):
    frame = view.frame
    rows = range(frame.index.size or 0)[view.rows]
    is_series = frame.columns is None or type(view.columns) is int
    width = 1 if is_series else len(_columns(view))
    if name in _frame_words:
        return _Word(view, name)
    if name == "shape":
        return (len(rows),) if is_series else (len(rows), width)
    if name == "size":
        return len(rows) * width
    if name == "ndim":
        return 1 if is_series else 2
    if name == "empty":
        return len(rows) * width == 0
    if name == "columns" and not is_series:
        return [_label(frame, at) for at in _columns(view)[:MAX_LABELS]]
    if name == "index":
        return (frame.index.labels(MAX_LABELS) or [])[view.rows]
    if name == "dtypes" and not is_series:
        held = frame.values()
        return {str(_label(frame, at)): _kind(held, at) for at in _columns(view)[:MAX_LABELS]}
    if name in ("dtype", "dtypes"):
        return _kind(frame.values(), view.columns or 0)
    if name == "name" and is_series:
        return _label(frame, view.columns) if frame.columns is not None else member(view.value, "_name")
    if name in ("T", "values"):
        raise Unreachable(f"computes .{name}: look at rows or columns, or use pyrun")
    method = in_classes(type(view.value), name)
    if type(method) is types.FunctionType:
        return types.MethodType(method, view.value)
    if not is_series:
        return _column(view, name)
    raise Unreachable(f".{name} of a Series is computed: use pyrun for that")


def _columns(view: View) -> list:
    if view.columns is None:
        return list(range(view.frame.columns.size or 0))
    return [view.columns] if type(view.columns) is int else list(view.columns)


def _label(frame, at: int):
    labels = frame.columns.labels(at + 1)
    return labels[at] if labels and at < len(labels) else at


def _kind(held: dict, at: int) -> str:
    return frames.values_type(held[at]) if at in held else "?"


def _column(view: View, label):
    places = [at for at in _columns(view) if _same(_label(view.frame, at), label)]
    if len(places) != 1:
        known = ", ".join(summary(_label(view.frame, at)) for at in _columns(view)[:40])
        raise Unreachable(f"has no one column {summary(label)}: there are {known}")
    return View(view.value, view.frame, places[0], view.rows)


def _same(one, other) -> bool:
    if type(one) is tuple and type(other) is tuple:
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and is_plain(one) and one == other


def _key(node):
    """A constant, a slice, or a tuple or list of them."""
    if isinstance(node, ast.Slice):
        ends = [None if each is None else _key(each) for each in (node.lower, node.upper, node.step)]
        if any(type(each) not in (int, type(None)) for each in ends):
            raise Unreachable("takes slices of whole numbers only")
        return slice(*ends)
    if isinstance(node, ast.Tuple):
        return tuple(_key(each) for each in node.elts)
    if isinstance(node, ast.List):
        return [_key(each) for each in node.elts]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        if type(value) in (int, float):
            return operator.neg(value)
    if isinstance(node, ast.Constant):
        return node.value
    raise Unreachable("takes constant keys, positions and slices only: use pyrun for others")


def _item(value, key):
    if type(value) is _Word:
        return _located(value, key)
    if type(value) is View:
        return _view_item(value, key)
    cls = type(value)
    if is_a(value, dict):
        return _dict_item(value, key)
    for kind in _cut_here:
        if is_a(value, kind):
            if type(key) not in (int, slice):
                raise Unreachable(f"{type_name(value)} takes positions and slices, not {summary(key)}")
            return _view(_taken(kind, value, key))
    exact = frames.library_class("numpy", "ndarray")
    if exact is not None and cls is exact:
        return _taken(exact, value, key)
    raise Unreachable(f"{type_name(value)} runs code to find an item: use pyrun for that")


def _taken(kind, value, key):
    for part in key if type(key) is tuple else (key,):
        if not (type(part) in (int, slice, type(None), type(Ellipsis)) or (type(part) is str and type(key) is str)):
            raise Unreachable("takes positions and slices only: use pyrun for others")
    try:
        return kind.__getitem__(value, key)
    except (IndexError, ValueError, KeyError) as error:
        raise Unreachable(f"has nothing there: {text(str(error))}") from None


def _dict_item(value, key):
    if type(value) is dict:
        try:
            found = item(value, key)
        except Missing:
            found = absent
        if found is not absent:
            return _view(found)
    for own, held in pairs(value, MAX_LABELS):
        if _same(own, key):
            return _view(held)
    known = ", ".join(summary(own) for own, _ in pairs(value, 20))
    raise Unreachable(f"has no key {summary(key)}, or one that only its own code finds. Keys: {known}")


def _view_item(view: View, key):
    is_series = view.frame.columns is None or type(view.columns) is int
    if type(key) is slice:
        return view.narrowed(key)
    if not is_series:
        if type(key) is list:
            return View(view.value, view.frame, [_column(view, each).columns for each in key], view.rows)
        return _column(view, key)
    labels = view.frame.index.labels(MAX_LABELS)
    found = [at for at, label in enumerate(labels or []) if _same(label, key)]
    if len(found) == 1:
        return _cell(view, found[0])
    raise Unreachable(f"has no one label {summary(key)} among the first {MAX_LABELS}: look by position, .iloc[N]")


def _located(word: _Word, key):
    view = word.view
    if word.name not in ("iloc", "loc"):
        raise Unreachable(f"write .{word.name}(N)")
    rows, columns = key if type(key) is tuple and len(key) == 2 else (key, slice(None))
    if word.name == "loc":
        if type(columns) is list:
            view = View(view.value, view.frame, [_column(view, each).columns for each in columns], view.rows)
        elif type(columns) is not slice:
            view = _column(view, columns)
        elif columns != slice(None):
            raise Unreachable("takes columns by name or by a list of names")
        return view if rows == slice(None) else _row_of_label(view, rows)
    if view.frame.columns is not None and type(view.columns) is not int:
        chosen = _columns(view)
        if type(columns) is int:
            view = View(view.value, view.frame, _taken(list, chosen, columns), view.rows)
        elif type(columns) is slice:
            view = View(view.value, view.frame, chosen[columns], view.rows)
        else:
            raise Unreachable("takes positions and slices")
    if type(rows) is slice:
        return view.narrowed(rows)
    if type(rows) is not int:
        raise Unreachable("takes positions and slices")
    size = len(range(view.frame.index.size or 0)[view.rows])
    if not -size <= rows < size:
        raise Unreachable(f"has {size} rows")
    place = rows % size if size else 0
    is_one = view.frame.columns is None or type(view.columns) is int
    return _cell(view, place) if is_one else view.narrowed(slice(place, place + 1))


def _row_of_label(view: View, label):
    labels = view.frame.index.labels(MAX_LABELS)
    found = [at for at, each in enumerate(labels or []) if _same(each, label)]
    if len(found) != 1:
        raise Unreachable(f"has no one row {summary(label)} among the first {MAX_LABELS}: look by position, .iloc[N]")
    is_one = view.frame.columns is None or type(view.columns) is int
    return _cell(view, found[0]) if is_one else View(view.value, view.frame, view.columns, slice(found[0], found[0] + 1))


def _cell(view: View, place: int):
    at = range(view.frame.index.size or 0)[view.rows][place]
    cells = view.frame.cells(view.columns or 0, slice(at, at + 1))
    if not cells:
        raise Unreachable("keeps its values in a way that is not known here: use pyrun")
    return _view(cells[0])


def _call(variables: dict, node):
    """``len(x)``, ``type(x)``, ``x.head(5)``, ``x.tail(5)``, ``x.keys()``: what needs nobody's code."""
    function = node.func
    if node.keywords:
        raise Unreachable("takes no such call: use pyrun for calls")
    if isinstance(function, ast.Name) and function.id in ("len", "type") and len(node.args) == 1:
        if function.id in variables:
            raise Unreachable(f"{function.id} is a name of the user's here: use pyrun for calls")
        value = _reach(variables, node.args[0])
        return _length(value) if function.id == "len" else type(value.value if type(value) is View else value)
    if isinstance(function, ast.Attribute):
        value = _reach(variables, function.value)
        if type(value) is View and function.attr in ("head", "tail") and len(node.args) <= 1:
            count = _key(node.args[0]) if node.args else 5
            if type(count) is not int or count < 0:
                raise Unreachable("takes a number of rows")
            return value.narrowed(slice(count) if function.attr == "head" else slice(-count or None, None))
        if function.attr == "keys" and is_a(value, dict) and not node.args:
            return [key for key, _ in pairs(value, MAX_LABELS)]
    raise Unreachable("takes no such call: use pyrun for calls")


def _length(value) -> int:
    if type(value) is View:
        return len(range(value.frame.index.size or 0)[value.rows])
    for kind in (*_cut_here, dict, set, frozenset):
        if is_a(value, kind):
            return kind.__len__(value)
    array = frames.array(value)
    if array is not None and array.shape:
        return array.shape[0]
    raise Unreachable(f"{type_name(value)} runs code to tell its length: use pyrun for that")
