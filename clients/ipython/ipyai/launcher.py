"""Starts an IPython kernel without the debugger and without Jupyter's clients: faster, and ``breakpoint()`` works.

``python launcher.py [--adopt-within=SECONDS] [--window=terminal|pipe|notebook] -f CONNECTION_FILE [arguments of ipykernel]``

A server that takes the kernel keeps its lease (``lease.py``). Until then this file watches: a kernel that nobody took
and that ran nothing ends after a while.
"""

import importlib
import importlib.util
import os
import sys
import threading
import time
import types

_ADOPT_WITHIN = "180"


class _LazyPackage(types.ModuleType):
    """A package whose ``__init__`` runs when somebody asks for one of its names; its submodules import as usual."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        early = self.__dict__.get("__early__", {}).get(name)
        if early:
            return getattr(importlib.import_module(early), name)
        self.__class__ = types.ModuleType
        self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def _make_lazy(package: str, early: dict) -> None:
    """``early`` says in which submodule a name is that the kernel takes from the package itself."""
    spec = importlib.util.find_spec(package)
    if package in sys.modules or spec is None or spec.submodule_search_locations is None:
        return
    module = importlib.util.module_from_spec(spec)
    module.__class__ = _LazyPackage
    module.__early__ = early
    sys.modules[package] = module


def _take_option(arguments: list, name: str, default: str) -> str:
    for argument in arguments:
        if argument.startswith(f"{name}="):
            arguments.remove(argument)
            return argument.split("=", 1)[1]
    return default


def _terminal_kernel(folder: str, has_screen: bool):
    """The kernel of the package ``terminal`` beside this file."""
    place = os.path.join(folder, "terminal")
    spec = importlib.util.spec_from_file_location(
        "_ipyai_terminal", os.path.join(place, "__init__.py"), submodule_search_locations=[place]
    )
    sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    shell = importlib.import_module("_ipyai_terminal.shell")
    shell.TerminalInteractiveShell.has_screen = has_screen
    return shell.TerminalKernel


def _end_unless_adopted(app, seconds: float) -> None:
    time.sleep(seconds)
    # The server's module is the sign that one came; a cell, that somebody uses the kernel without one.
    if "_ipyai" in sys.modules or app.shell.execution_count > 1:
        return
    app.cleanup_connection_file()
    app.kernel.io_loop.add_callback(app.kernel.io_loop.stop)
    time.sleep(5)
    os._exit(0)


def main() -> None:
    # This file's folder is not a place for the user's imports.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.getcwd()) != here]
    # The kernel leaves the debugger out when it cannot be imported; the user can import it later all the same.
    hidden = [name for name in ("debugpy",) if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None
    # Half of what a kernel imports is Jupyter's client side, for one name in `ipykernel.connect`.
    _make_lazy("jupyter_client", {"write_connection_file": "jupyter_client.connect"})
    arguments = sys.argv[1:]
    adopt_within = float(_take_option(arguments, "--adopt-within", _ADOPT_WITHIN))
    window = _take_option(arguments, "--window", "notebook")
    sys.argv = [""]
    try:
        from ipykernel.kernelapp import IPKernelApp
    except Exception as error:
        pip = f"run {sys.executable} -m pip install"
        if isinstance(error, ModuleNotFoundError) and error.name == "ipykernel":
            sys.exit(f"Error: {sys.executable} has no ipykernel: {pip} ipykernel")
        reason = f"{type(error).__name__}: {error}"
        sys.exit(f"Error: ipykernel of {sys.executable} cannot be loaded: {pip} --force-reinstall ipykernel pyzmq\n{reason}")
    app = IPKernelApp.instance()
    if window != "notebook":
        app.kernel_class = _terminal_kernel(here, has_screen=window == "terminal")
    app.initialize(arguments)
    for name in hidden:
        if sys.modules.get(name, name) is None:
            del sys.modules[name]
    threading.Thread(target=_end_unless_adopted, args=(app, adopt_within), name="ipyai-adoption", daemon=True).start()
    app.start()


if __name__ == "__main__":
    main()
