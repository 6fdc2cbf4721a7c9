"""``sys.stdout`` and ``sys.stderr``: the kernel's own do what a terminal's do, and the user's may be anything.

ipykernel and IPython flush whatever stands in ``sys.stdout`` around each cell and send nothing more when that fails. Here
their modules see streams that cannot fail; the user's code sees what it put there.
"""

import codecs
import importlib
import io
import sys
import threading

_NAMES = ("stdout", "stderr")
# The modules that take `sys.stdout` for a stream of ipykernel's. None of them has a hook for it.
_MODULES = ("ipykernel.kernelbase", "ipykernel.displayhook", "ipykernel.zmqshell", "IPython.core.interactiveshell")


def own(kernel) -> dict:
    """The kernel's own streams by their names, whatever stands in ``sys``."""
    return {name: getattr(kernel, f"_{name}", None) or getattr(sys, name) for name in _NAMES}


class Streams:
    """``install`` and ``retire`` on the main thread."""

    def __init__(self, kernel):
        self._own = own(kernel)
        self._view = _System(self._own)
        self._added: list = []
        self._modules: list = []

    def install(self) -> None:
        for stream in self._own.values():
            self._complete(stream)
        for name in _MODULES:
            try:
                module = importlib.import_module(name)
            except ImportError:
                continue  # of another version
            if module.__dict__.get("sys") is sys:
                module.sys = self._view
                self._modules.append(module)

    def retire(self) -> None:
        for module in self._modules:
            module.sys = sys
        for stream, name in self._added:
            stream.__dict__.pop(name, None)

    def _complete(self, stream) -> None:
        if type(stream).__module__ != "ipykernel.iostream":
            return
        added = {"buffer": Buffer(stream), "reconfigure": lambda **_options: None, "close": lambda: None}
        # What writes to a copy of the stream beside the pipe that ipykernel reads is seen by nobody.
        watched = getattr(stream, "_original_stdstream_fd", None)
        if watched is not None:
            added["fileno"] = lambda: watched
        for name, value in added.items():
            setattr(stream, name, value)
            self._added.append((stream, name))


class _System:
    """Stands for ``sys`` in modules that would trust a stream of the user's."""

    def __init__(self, own: dict):
        object.__setattr__(self, "_own", own)

    def __getattribute__(self, name):
        current = getattr(sys, name)
        if name not in _NAMES:
            return current
        own = object.__getattribute__(self, "_own")[name]
        return own if current is own else _Guarded(own, current)

    def __setattr__(self, name, value):
        setattr(sys, name, value)

    def __delattr__(self, name):
        delattr(sys, name)


class _Guarded:
    """A stream of the user's, none of whose failures ends a cell; what it cannot do, the kernel's own does."""

    def __init__(self, own, current):
        self._own = own
        self._current = current

    def write(self, text):
        try:
            return self._current.write(text)
        except BaseException:
            return self._own.write(text)

    def flush(self):
        self._own.flush()
        # It may take its time, and other threads have to answer meanwhile.
        if threading.current_thread() is threading.main_thread():
            try:
                self._current.flush()
            except BaseException:
                pass

    def __getattr__(self, name):
        return getattr(self._own, name)


class Buffer(io.BufferedIOBase):
    """What takes bytes for a stream of text, as ``sys.stdout.buffer`` does."""

    def __init__(self, stream):
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")

    @property
    def name(self):
        return f"<{self._stream.name}>"

    def write(self, data):
        data = bytes(data)
        self._stream.write(self._decoder.decode(data))
        return len(data)

    def flush(self):
        self._stream.flush()

    def writable(self):
        return True

    def isatty(self):
        return self._stream.isatty()

    def fileno(self):
        return self._stream.fileno()

    def close(self):
        """The stream goes on."""
