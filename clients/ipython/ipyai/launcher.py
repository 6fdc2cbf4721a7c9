"""Starts an IPython kernel without the debugger and without Jupyter's clients: faster, and ``breakpoint()`` works.

``python launcher.py [--adopt-within=SECONDS] [--window=terminal|pipe|notebook] [--overlay=FOLDER:FOLDER] -f CONNECTION_FILE
[arguments of ipykernel]``; ``--try`` loads it all and ends. The folders of ``--overlay`` hold what a kernel needs; they are used where the environment
lacks it, or has releases of it that are too old.

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


def _own_module(folder: str, package: str, module: str):
    """A module of a package beside this file."""
    place = os.path.join(folder, package)
    name = f"_ipyai_{package}"
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(place, "__init__.py"), submodule_search_locations=[place]
    )
    sys.modules.setdefault(name, importlib.util.module_from_spec(spec))
    return importlib.import_module(f"{name}.{module}")


def _terminal_kernel(folder: str, has_screen: bool):
    shell = _own_module(folder, "terminal", "shell")
    shell.TerminalInteractiveShell.has_screen = has_screen
    return shell.TerminalKernel


def _hold_output(folder: str, arguments: list):
    """Early, while this process is small; ``None`` where nothing is to be held."""
    if "--try" in arguments or not hasattr(os, "fork"):
        return None
    return _own_module(folder, "output", "holder").Holder()


def _add_overlay(folder: str, folders: list, in_front: bool):
    """Adds the overlay where the environment needs it; ``None`` where not."""
    if not folders:
        return None
    environment = _own_module(folder, "start", "environment")
    found = environment.versions(sys.path)
    in_front = in_front or bool(environment.too_old(found))
    if not in_front and not environment.lacks(found):
        return None
    return _own_module(folder, "start", "overlay").Overlay(folders, in_front)


def _import_kernel(overlay):
    from ipykernel.kernelapp import IPKernelApp

    if overlay is not None and overlay.is_in_front:
        # Imported late otherwise, at the first completion.
        importlib.import_module("jedi")
        overlay.go_behind()
    return IPKernelApp


def _refuse(error: Exception, has_overlay: bool) -> None:
    """Ends with what is wrong and the command that helps."""
    pip = f"run {sys.executable} -m pip install"
    if importlib.util.find_spec("pip") is None:
        pip = f"run uv pip install --python {sys.executable}"
    if isinstance(error, ModuleNotFoundError) and error.name == "ipykernel":
        sys.exit(f"Error: {sys.executable} has no ipykernel: {pip} ipykernel")
    reason = f"{type(error).__name__}: {error}"
    what = f"ipykernel of {sys.executable} cannot be loaded"
    if has_overlay:
        what = f"the packages of {sys.executable} do not work with those that a kernel needs"
    sys.exit(f"Error: {what}: {pip} --force-reinstall ipykernel pyzmq\n{reason}")


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
    arguments = sys.argv[1:]
    adopt_within = float(_take_option(arguments, "--adopt-within", _ADOPT_WITHIN))
    window = _take_option(arguments, "--window", "notebook")
    folders = [folder for folder in _take_option(arguments, "--overlay", "").split(os.pathsep) if folder]
    is_second_try = _take_option(arguments, "--overlay-first", "") != ""
    overlay = _add_overlay(here, folders, in_front=is_second_try)
    # Half of what a kernel imports is Jupyter's client side, for one name in `ipykernel.connect`.
    _make_lazy("jupyter_client", {"write_connection_file": "jupyter_client.connect"})
    holder = _hold_output(here, arguments)
    sys.argv = [""]
    try:
        app_class = _import_kernel(overlay)
    except Exception as error:
        if folders and not (overlay is not None and overlay.is_in_front):
            # What is loaded of the environment's cannot be taken back.
            os.execv(sys.executable, [*sys.orig_argv, "--overlay-first=yes"])
        _refuse(error, has_overlay=overlay is not None)
    if "--try" in arguments:
        # Everything that a session loads late is compiled now.
        _terminal_kernel(here, has_screen=True)
        importlib.import_module("jedi")
        return
    app = app_class.instance()
    if window != "notebook":
        app.kernel_class = _terminal_kernel(here, has_screen=window == "terminal")
    said = _own_module(here, "start", "said").Said(app, _own_module(here, "output", "outlet"), holder)
    app.initialize(arguments)
    said.end()
    for name in hidden:
        if sys.modules.get(name, name) is None:
            del sys.modules[name]
    if overlay is not None:
        overlay.started()
    if importlib.util.find_spec("pip") is None:
        _own_module(here, "start", "pip_magic").install(app.shell)
    threading.Thread(target=_end_unless_adopted, args=(app, adopt_within), name="ipyai-adoption", daemon=True).start()
    app.start()


if __name__ == "__main__":
    main()
