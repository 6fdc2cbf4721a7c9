"""A dead-man switch: without a sign of life from a server for a while, and with nothing running, Python ends."""

import os
import threading
import time

_FORCE_AFTER = 5.0


class Lease:
    """Ends the process once ``renew`` has not been called for ``seconds`` and ``busy()`` is false."""

    def __init__(self, seconds: float, busy, end):
        self.seconds = seconds
        self._busy = busy
        self._end = end
        self._renewed = time.monotonic()
        self._stop = threading.Event()
        threading.Thread(target=self._watch, name="ipyai-lease", daemon=True).start()

    def renew(self, seconds=None) -> None:
        if seconds:
            self.seconds = seconds
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
            if now - self._renewed > self.seconds and not self._busy():
                self._end()
                # A thread of the user's may keep Python from ending.
                time.sleep(_FORCE_AFTER)
                os._exit(0)
