"""What libraries take for the signs of a notebook, and where they look for the width of a terminal."""

import contextlib
import importlib.machinery
import os
import sys

# Those that work with the kernel. Others take a terminal that has one for a notebook: pandas and Dask.
KERNELS_OWN = frozenset(
    ("ipykernel", "IPython", "comm", "ipywidgets", "matplotlib_inline", "traitlets", "_ipyai", __package__, "__main__")
)
# Polars has a width of its own where its output is no terminal's.
_WIDTHS = ("COLUMNS", "POLARS_TABLE_WIDTH")


_system_size = os.get_terminal_size


def follow(columns: str, rows: str) -> None:
    """Tells libraries the size of the window; a width that the person set in the environment stays."""
    before = os.environ.get("COLUMNS")
    for name in _WIDTHS:
        if os.environ.get(name) in (None, before):
            os.environ[name] = columns
    os.environ["LINES"] = rows
    os.get_terminal_size = _terminal_size


def _terminal_size(*descriptor):
    """The size of the window where the system knows none: the descriptors that Python prints to are pipes here."""
    try:
        return _system_size(*descriptor)
    except OSError:
        if descriptor and descriptor[0] not in _printed_to():
            raise
        return os.terminal_size((_number("COLUMNS", 80), _number("LINES", 24)))


def _number(name: str, default: int) -> int:
    told = os.environ.get(name, "")
    return int(told) if told.isdecimal() else default


def _printed_to() -> set:
    own = {0, 1, 2}
    for stream in (sys.stdout, sys.stderr):
        try:
            own.add(stream.fileno())
        except Exception:
            pass  # one of the user's, without a descriptor
    return own


@contextlib.contextmanager
def _without_notebook():
    """tqdm takes a module of ipykernel's for the sign of a notebook."""
    known = sys.modules.pop("ipykernel.zmqshell", None)
    try:
        yield
    finally:
        if known is not None:
            sys.modules["ipykernel.zmqshell"] = known


@contextlib.contextmanager
def _with_simple_prompt():
    """An embedded IPython asks for its lines: it cannot draw an input line of its own beside the client's."""
    os.environ["IPY_TEST_SIMPLE_PROMPT"] = "1"
    try:
        yield
    finally:
        os.environ.pop("IPY_TEST_SIMPLE_PROMPT", None)


# Modules that look around once, while they are imported.
_WHILE_IMPORTED = {
    "tqdm.autonotebook": _without_notebook,
    "IPython.terminal.interactiveshell": _with_simple_prompt,
}


def answer_imports() -> None:
    sys.meta_path.insert(0, _Finder())


class _Finder:
    def find_spec(self, name, path=None, target=None):
        if name not in _WHILE_IMPORTED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, _WHILE_IMPORTED[name])
        return spec


class _Loader:
    def __init__(self, loader, around):
        self._loader = loader
        self._around = around

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        with self._around():
            self._loader.exec_module(module)

    def __getattr__(self, name):
        return getattr(self._loader, name)
