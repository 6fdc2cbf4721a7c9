"""A look-up that nobody waits for any more is interrupted: in its own thread alone, until it has come back."""

import ctypes
import sys
import threading
import time

# Code that catches everything is met outside of its `try` sooner or later.
_PAUSES = [0.01] * 200 + [0.25] * 240


def interrupt(subshell_id: str) -> None:
    """Returns at once. C code that does not come back to Python cannot be ended; it leaves Python to others meanwhile."""
    for thread in threading.enumerate():
        if thread.name == f"subshell-{subshell_id}":
            threading.Thread(target=_interrupt, args=(thread,), name="ipyai-interrupt", daemon=True).start()


def _interrupt(thread: threading.Thread) -> None:
    for pause in _PAUSES:
        # The number of a thread that has ended may be another's by now.
        if not thread.is_alive() or not _is_at_work(thread.ident):
            return
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(KeyboardInterrupt))
        time.sleep(pause)


def _is_at_work(ident: int) -> bool:
    """Whether a handler of the kernel's runs: an exception outside of one would end the thread."""
    frame, called = sys._current_frames().get(ident), ""
    while frame is not None and frame.f_code.co_name != "dispatch_shell":
        frame, called = frame.f_back, frame.f_code.co_name
    return frame is not None and called.endswith("_request")
