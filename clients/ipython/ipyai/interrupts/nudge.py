"""Makes sure that a signal is noticed.

A SIGINT that comes in the moment before the main thread enters a blocking call is seen by Python only when the call
returns. A second, harmless signal ends the call; the first is then handled, once.
"""

import signal
import threading
import time

_SIGNAL = getattr(signal, "SIGURG", None)
_ready = False


def prepare() -> None:
    """Installs a handler that does nothing, unless somebody uses the signal. On the main thread only."""
    global _ready
    if _SIGNAL is None or threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(_SIGNAL) in (signal.SIG_DFL, signal.SIG_IGN):
        signal.signal(_SIGNAL, _ignore)
    _ready = signal.getsignal(_SIGNAL) is _ignore


def withdraw() -> None:
    global _ready
    if _ready and threading.current_thread() is threading.main_thread():
        signal.signal(_SIGNAL, signal.SIG_DFL)
    _ready = False


def while_true(needed) -> None:
    """Nudges the main thread for a second, as long as ``needed()`` says so. Returns at once."""
    if _ready:
        threading.Thread(target=_nudge, args=(needed,), name="ipyai-nudge", daemon=True).start()


def _nudge(needed) -> None:
    for pause in (0.02, 0.05, 0.1, 0.2, 0.3, 0.4):
        time.sleep(pause)
        if not needed() or not _ready:
            return
        try:
            signal.pthread_kill(threading.main_thread().ident, _SIGNAL)
        except OSError:
            return  # the process ends


def _ignore(_number, _frame) -> None:
    pass
