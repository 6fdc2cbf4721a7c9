"""Puts the modules, given as ``SOURCES`` and ``VERSION``, into ``sys.modules``; does nothing where they are already.

The main thread and a subshell's may come at once, from a server that did not wait for a slow start: the second waits for
the first, so that whoever returns finds the modules at work.
"""

import sys
import threading
import types

PACKAGE = "_ipyai"


def bootstrap(sources, version):
    present = sys.modules.get(PACKAGE)
    if present is not None and getattr(present, "version", None) == version:
        return
    if present is not None:
        present.live.retire()
        for name in [name for name in sys.modules if name == PACKAGE or name.startswith(PACKAGE + ".")]:
            del sys.modules[name]
    package = types.ModuleType(PACKAGE)
    package.__path__ = []
    package.version = version
    sys.modules[PACKAGE] = package
    try:
        for name, source in sources:
            module = types.ModuleType(f"{PACKAGE}.{name}")
            module.__package__ = PACKAGE
            sys.modules[module.__name__] = module
            exec(compile(source, f"<ipyai/{name}.py>", "exec"), module.__dict__)
            setattr(package, name, module)
        problem = package.live.install(version)
        if problem:
            raise RuntimeError(problem)
    except BaseException:
        sys.modules.pop(PACKAGE, None)
        raise


# Each run of this file has names of its own, so the lock lives where all of them find it.
with vars(threading).setdefault("_ipyai_bootstrap", threading.Lock()):
    bootstrap(SOURCES, VERSION)  # noqa: F821
