"""Says which cell began what is printed, shown or raised while no cell runs.

ipykernel keeps the request that output belongs to in a context variable. Tasks and timers of the event loop carry it
along; a thread does not, and its output went under whatever request was handled last. Here a thread has the request of
whoever started it. Output of which nobody knows is that of the cell or call that runs, and without one says so.
"""

import contextvars
import sys
import threading

_ATTRIBUTE = "_ipyai_origin"
_running: dict = {}


def runs(header: dict) -> None:
    """On the main thread begins what this request asked for; an empty one ends it."""
    global _running
    _running = header or {}


class _Named:
    @property
    def parent_header(self):
        known = self._parent_header.get(None) or getattr(threading.current_thread(), _ATTRIBUTE, None)
        return known or _running

    @parent_header.setter
    def parent_header(self, value):
        self._parent_header.set(value)
        self._parent_header_global = value


class Origins:
    """``install`` and ``retire`` on the main thread."""

    def __init__(self, shell):
        parts = (sys.stdout, sys.stderr, shell.display_pub, shell.displayhook)
        # Older versions of ipykernel have no context variables and do as well as they can.
        self._parts = [
            part for part in parts if isinstance(getattr(part, "_parent_header", None), contextvars.ContextVar)
        ]
        self._classes: list = []
        self._restore = None

    def install(self) -> None:
        if not self._parts:
            return
        for part in self._parts:
            kind = type(part)
            self._classes.append(kind)
            part.__class__ = type(kind.__name__, (_Named, kind), {"__module__": kind.__module__})
        known = self._parts[0]
        start = threading.Thread.start

        # Python has no hook for a thread's start; without a name its output still comes.
        def start_named(thread):
            try:
                setattr(thread, _ATTRIBUTE, known.parent_header)
            except Exception:
                pass
            return start(thread)

        threading.Thread.start = start_named
        self._restore = (start_named, start)

    def retire(self) -> None:
        for part, kind in zip(self._parts, self._classes):
            part.__class__ = kind
        if self._restore and threading.Thread.start is self._restore[0]:
            threading.Thread.start = self._restore[1]
