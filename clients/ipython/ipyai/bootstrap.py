"""Puts the modules of ``SOURCES`` (path and text) into ``sys.modules``; does nothing where this ``VERSION`` is there.

The main thread and a subshell's may come at once, from a server that did not wait for a slow start: the second waits for
the first, so that whoever returns finds the modules at work.
"""

import sys
import threading
import types

PACKAGE = "_ipyai"


def add(name, package):
    module = types.ModuleType(name)
    module.__package__ = package
    sys.modules[name] = module
    parent, _, own = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], own, module)
    return module


def add_package(name):
    module = add(name, name)
    module.__path__ = []
    return module


def bootstrap(sources, version):
    present = sys.modules.get(PACKAGE)
    if present is not None and getattr(present, "version", None) == version:
        return
    if present is not None:
        present.live.retire()
    for name in [name for name in sys.modules if name == PACKAGE or name.startswith(PACKAGE + ".")]:
        del sys.modules[name]
    root = add_package(PACKAGE)
    root.version = version
    try:
        for path, source in sources:
            name = ".".join((PACKAGE, *path.split("/")))
            package = name.rpartition(".")[0]
            if package not in sys.modules:
                add_package(package)
            exec(compile(source, f"<ipyai/{path}.py>", "exec"), add(name, package).__dict__)
        problem = root.live.install(version)
        if problem:
            raise RuntimeError(problem)
    except BaseException:
        sys.modules.pop(PACKAGE, None)
        raise


# Each run of this file has names of its own, so the lock lives where all of them find it.
with vars(threading).setdefault("_ipyai_bootstrap", threading.Lock()):
    bootstrap(SOURCES, VERSION)  # noqa: F821
