"""What arrays and frames of NumPy and pandas hold, read without running their methods.

A label, an extension type or a subclass may be the user's, and pandas asks all of them. So frames are read as pandas
keeps them: a manager with its axes and blocks. Where a release keeps them in another way, ``None`` says so.
"""

import datetime
import sys
import types

from .objects import (
    absent,
    class_module,
    class_name,
    elements,
    field,
    find,
    is_a,
    is_class,
    is_one_of,
    is_static,
    members_of,
    module_members,
    text,
    type_name,
)

_KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex", "S": "bytes", "U": "str", "V": "void"}
_DATES = {"M": "datetime64", "m": "timedelta64"}
_CODES = {"b": "bool", "O": "object"}
_NAMES = {
    "Categorical": "category",
    "PeriodArray": "period",
    "IntervalArray": "interval",
    "SparseArray": "Sparse",
    "BooleanArray": "boolean",
}
# More columns than this are told without their types.
_MAX_COLUMNS = 100_000


# Classes found, each with the module it was found in.
_found: dict = {}


def library_class(library: str, name: str):
    """A class of a library, when somebody imported it; ``None`` else."""
    module = sys.modules.get(library)
    known = _found.get((library, name))
    if known is not None and known[0] is module:
        return known[1]
    found = find(module_members(module), name)
    if found is absent or not is_class(found):
        return None
    _found[library, name] = (module, found)
    return found


def is_of(value, library: str, name: str) -> bool:
    """Whether the value is of this class or one derived from it."""
    cls = library_class(library, name)
    return cls is not None and is_a(value, cls)


class Array:
    """Shape, type and named fields of a NumPy array."""

    def __init__(self, shape: tuple, dtype):
        self.shape = shape
        self.type = dtype_name(dtype)
        names = field(dtype, "names")
        self.fields = [name for name in names if type(name) is str] if type(names) is tuple else []


def array(value):
    """The ``Array`` of a NumPy array or of one of its subclasses, else ``None``."""
    if not is_of(value, "numpy", "ndarray"):
        return None
    shape, dtype = _held(value, "shape"), _held(value, "dtype")
    return Array(shape, dtype) if type(shape) is tuple else None


def number(value):
    """The Python number or text of a NumPy scalar, else ``None``."""
    if is_static(type(value)) and any(is_of(value, "numpy", name) for name in ("number", "bool_", "str_", "bytes_")):
        generic = library_class("numpy", "generic")
        return generic.item(value) if is_static(generic) else None
    return None


def dtype_name(dtype) -> str:
    kind, size, code = field(dtype, "kind"), field(dtype, "itemsize"), field(dtype, "str")
    if type(kind) is not str or type(size) is not int or type(code) is not str:
        return type_name(dtype)
    if kind in _KINDS:
        return f"{_KINDS[kind]}{8 * size}"
    return _DATES[kind] + code[3:] if kind in _DATES else _CODES.get(kind, code)


class Index:
    """The labels of an axis."""

    def __init__(self, index):
        self.name = field(index, "_name")
        self._data = field(index, "_data")
        range_ = field(index, "_range")
        self._range = range_ if type(range_) is range else None
        self.levels = [Index(level) for level in _list(field(index, "_levels"))]
        self._codes = _list(field(index, "_codes"))
        # Other kinds find dates and intervals by strings that denote them.
        self.finds_equal = type(index) is library_class("pandas", "Index") or self._range is not None

    @property
    def size(self):
        """How many there are; ``None`` when that cannot be told."""
        if self._range is not None:
            return len(self._range)
        data = self._codes[0] if self._codes else self._data
        values, chunks = _values(data), _chunks(data)
        return len(values) if values is not None else len(chunks) if chunks is not None else None

    def labels(self, limit: int):
        """The first labels as Python objects; ``None`` when they cannot be had."""
        return self.part(slice(limit))

    def part(self, places: slice):
        """The labels at these places, as above."""
        if not self._codes:
            return self._at(places)
        codes = [_values(each) for each in self._codes]
        if any(each is None for each in codes):
            return None
        columns = [level._at(each[places]) for level, each in zip(self.levels, codes)]
        return None if any(column is None for column in columns) else list(zip(*columns))

    def _at(self, places):
        if self._range is not None:
            return list(self._range[places]) if type(places) is slice else [self._range[at] for at in places.tolist()]
        values, chunks = _values(self._data), _chunks(self._data)
        # The codes of a categorical are no labels.
        if class_name(type(self._data)) == "Categorical":
            return None
        if values is not None:
            part = values[places]
            return (part.astype("U32") if part.dtype.kind in "Mm" else part).tolist()
        return _cut(chunks, places) if chunks is not None and type(places) is slice else None


class Frame:
    """The axes of a DataFrame or Series, and the arrays that hold its values."""

    def __init__(self, axes: list, blocks: list):
        self.index = Index(axes[-1])
        self.columns = Index(axes[0]) if len(axes) == 2 else None
        self._blocks = blocks

    def values(self) -> dict:
        """The arrays by the number of their column; of a Series the only one is 0."""
        if self.columns is None:
            return {0: field(block, "values") for block in self._blocks}
        if (self.columns.size or 0) > _MAX_COLUMNS:
            return {}
        held = {}
        for block in self._blocks:
            places = _values(field(field(block, "_mgr_locs"), "as_array"))
            values = field(block, "values")
            held.update((at, values) for at in ([] if places is None else places.tolist()))
        return held


    def cells(self, at: int, places: slice):
        """Values of a column, or of a Series for 0, as Python objects; ``None`` where they cannot be had."""
        for block in self._blocks:
            values, row = field(block, "values"), None
            if self.columns is not None:
                columns = _values(field(field(block, "_mgr_locs"), "as_array"))
                rows = [] if columns is None else (columns == at).nonzero()[0].tolist()
                if not rows:
                    continue
                row = rows[0]
            return _cells(values, row, places)
        return None


def _cells(values, row, places: slice):
    if class_name(type(values)) == "Categorical":
        codes, labels = _values(field(values, "_ndarray")), index(field(field(values, "_dtype"), "_categories"))
        if codes is None or labels is None:
            return None
        known = labels.labels(_MAX_COLUMNS)
        return None if known is None else [known[code] if 0 <= code < len(known) else None for code in codes[places].tolist()]
    chunks = _chunks(values)
    if chunks is not None:
        return _cut(chunks, places)
    held = _table(values)
    if held is None:
        return None
    part = held[row, places] if held.ndim == 2 and row is not None else held[places]
    shown = (part.astype("U32") if part.dtype.kind in "Mm" else part).tolist()
    missing = _values(field(values, "_mask"))
    return shown if missing is None else [None if gone else each for each, gone in zip(shown, missing[places].tolist())]


def _cut(chunks, places: slice):
    start, stop, step = places.indices(len(chunks))
    return chunks.slice(start, max(0, stop - start)).to_pylist()[::step] if step > 0 else None


def _table(data):
    """The NumPy array, and nothing derived from it, that holds the values of a block of columns."""
    exact = library_class("numpy", "ndarray")
    if exact is None or not is_static(exact):
        return None
    for candidate in (data, field(data, "_ndarray"), field(data, "_data")):
        if type(candidate) is exact and candidate.ndim in (1, 2):
            return candidate
    return None


def frame(value):
    """The ``Frame`` of a DataFrame or of one of its subclasses; ``None`` for everything else."""
    return _managed(value) if is_of(value, "pandas", "DataFrame") else None


def series(value):
    """The ``Frame`` of a Series or of one of its subclasses; ``None`` for everything else."""
    return _managed(value) if is_of(value, "pandas", "Series") else None


def index(value):
    return Index(value) if is_of(value, "pandas", "Index") else None


def values_type(values) -> str:
    """The name of the type of a column's values."""
    found = array(values)
    if found is not None:
        return found.type
    name = class_name(type(values))
    if not (class_module(type(values)) or "").startswith("pandas"):
        return type_name(values)
    if name in _NAMES:
        return _NAMES[name]
    dtype = field(values, "_dtype")
    if "String" in name:
        return "str" if type(field(dtype, "_na_value")) is float else "string"
    inner = array(field(values, "_ndarray")) or array(field(values, "_data"))
    if inner is None:
        return name
    if name in ("IntegerArray", "FloatingArray"):
        return inner.type.replace("int", "Int").replace("u", "U").replace("float", "Float")
    zone = field(dtype, "_tz")
    if zone is absent or zone is None:
        return inner.type
    known = field(zone, "key") if type(zone) is library_class("zoneinfo", "ZoneInfo") else absent
    named = "UTC" if zone is datetime.timezone.utc else text(known) or "with a time zone"
    return f"{inner.type[:-1]}, {named}]"


def _managed(value):
    manager = field(value, "_mgr")
    axes, blocks = field(manager, "axes"), field(manager, "blocks")
    if type(axes) is not list or not is_one_of(type(blocks), (tuple, list)) or not axes:
        return None
    return Frame(list(axes), list(blocks))


def _list(value) -> list:
    return elements(value, list, 100) if is_a(value, list) else []


def _held(value, name: str):
    """An array's own attribute, whatever a subclass has under the name."""
    getter = find(members_of(library_class("numpy", "ndarray")), name)
    return getter.__get__(value) if type(getter) is types.GetSetDescriptorType else absent


def _values(data):
    """The one-dimensional NumPy array, and nothing derived from it, that holds the values of a pandas array."""
    exact = library_class("numpy", "ndarray")
    if exact is None or not is_static(exact):
        return None
    for candidate in (data, field(data, "_ndarray"), field(data, "_data"), field(data, "_left")):
        if type(candidate) is exact and candidate.ndim == 1:
            return candidate
    return None


def _chunks(data):
    exact = library_class("pyarrow.lib", "ChunkedArray")
    held = field(data, "_pa_array")
    return held if exact is not None and is_static(exact) and type(held) is exact else None
