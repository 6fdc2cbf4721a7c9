"""The shell and the kernel of a terminal session."""

import os
import sys

from IPython.core.compilerop import CachingCompiler
from IPython.terminal.magics import TerminalMagics
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from traitlets import Any, Type, observe

from . import debugger, input_options, libraries
from .paste import PasteMagics


class _Kernel(Any):
    def __get__(self, obj, cls=None):
        if obj is not None:
            asker = sys._getframe(1).f_globals.get("__name__") or ""
            if asker.partition(".")[0] not in libraries.KERNELS_OWN:
                raise AttributeError("kernel")
        return super().__get__(obj, cls)


class _Shell(ZMQInteractiveShell):
    kernel = _Kernel()
    # Set by the launcher: what is printed goes to a screen, not to a pipe.
    has_screen = False

    def __init__(self, *args, **options):
        # ipykernel names cells like files that are not there: tracebacks then cannot point at what failed.
        super().__init__(*args, **{**options, "compiler_class": CachingCompiler})
        self._transformed = None
        # Another sign of a notebook (https://github.com/tqdm/tqdm/pull/1628).
        self.config.pop("IPKernelApp", None)
        libraries.answer_imports()
        debugger.install()
        if self.has_screen:
            self.show_on_screen(os.environ.get("COLUMNS", "80"), os.environ.get("LINES", "24"))

    def show_on_screen(self, columns: str, rows: str) -> None:
        """What is printed goes to a screen of this size."""
        libraries.follow(columns, rows)
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "_isatty"):
                stream._isatty = True

    def init_environment(self):
        terminal = os.environ.get("TERM")
        super().init_environment()
        if terminal is not None:
            os.environ["TERM"] = terminal

    def init_magics(self):
        super().init_magics()
        self.register_magics(TerminalMagics, PasteMagics)

    def transform_cell(self, raw_cell):
        # ipykernel has each cell transformed, and IPython does so again: what that prints is printed once.
        known, self._transformed = self._transformed, None
        if known is not None and known[0] == raw_cell:
            return known[1]
        transformed = super().transform_cell(raw_cell)
        self._transformed = (raw_cell, transformed)
        return transformed

    @observe(*input_options.DEFAULTS)
    def _tell_no_effect(self, change):
        told = f"TerminalInteractiveShell.{change['name']} has no effect here: the input line is ipyai's, not IPython's."
        print(told, file=sys.stderr)


# Named as IPython's own: by this name libraries and configurations know a terminal.
TerminalInteractiveShell = type(_Shell)(
    "TerminalInteractiveShell", (_Shell,), {"__module__": "ipyai.terminal", **input_options.traits()}
)


class TerminalKernel(IPythonKernel):
    shell_class = Type(TerminalInteractiveShell)
