"""A dead-man switch: without a sign of life from a server for a while, and with nothing running, Python ends. What runs is
given longer, and as long as it takes where a person left it on purpose."""

import os
import signal
import threading
import time

_FORCE_AFTER = 5.0


class Lease:
    """Ends the process once ``renew`` has not been called for ``seconds`` and ``busy()`` is false.

    With ``run_seconds`` it does so after that time too, whatever runs, and ends the process's group with it.
    """

    def __init__(self, seconds: float, run_seconds, busy, end):
        self.seconds = seconds
        self.run_seconds = run_seconds
        self._busy = busy
        self._end = end
        self._renewed = time.monotonic()
        self._stop = threading.Event()
        threading.Thread(target=self._watch, name="ipyai-lease", daemon=True).start()

    def renew(self, seconds, run_seconds) -> None:
        self.seconds = seconds
        self.run_seconds = run_seconds
        self._renewed = time.monotonic()

    def stop(self) -> None:
        self._stop.set()

    def _watch(self) -> None:
        before = time.monotonic()
        while not self._stop.wait(min(5.0, self.seconds / 4)):
            now = time.monotonic()
            # The machine slept or was stopped: the server slept too and gets its time again.
            if now - before > self.seconds / 2:
                self._renewed = now
            before = now
            alone = now - self._renewed
            if alone <= self.seconds:
                continue
            runs_on = self._busy()
            if runs_on and (self.run_seconds is None or alone <= self.run_seconds):
                continue
            self._end()
            # A cell, or a thread of the user's, may keep Python from ending.
            time.sleep(_FORCE_AFTER)
            if runs_on and os.getpgrp() == os.getpid():
                os.killpg(0, signal.SIGKILL)
            os._exit(0)
