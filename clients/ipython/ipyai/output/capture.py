"""Catches what code prints and shows, in order, while it runs."""

import contextvars
import sys
import threading

from ..bounded import BoundedText, clean
from .streams import Buffer

MAX_CHARS = 16_000
MAX_PICTURES = 8

_capturing = contextvars.ContextVar("ipyai_capturing", default=False)


class Capture:
    """A context manager: ``parts`` is then a list of ``("text", BoundedText)`` and ``("image", mime, base64)``.

    Threads and tasks that ran before go on printing to where they printed. ``tell`` is given what is printed while it
    is, in pieces; it may be called from another thread.
    """

    def __init__(self, shell, tell=None):
        self._shell = shell
        self._live = Live(tell) if tell else None
        self.parts: list = []
        self._room = MAX_CHARS
        self._known_threads = {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}
        self._thread = threading.get_ident()

    def __enter__(self):
        self._token = _capturing.set(True)
        self._saved = sys.stdout, sys.stderr
        sys.stdout = _Stream(self, sys.stdout)
        sys.stderr = _Stream(self, sys.stderr)
        self._publisher = self._shell.display_pub
        if hasattr(self._publisher, "register_hook"):
            self._publisher.register_hook(self._on_display)
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_exception):
        if hasattr(self._publisher, "unregister_hook"):
            self._publisher.unregister_hook(self._on_display)
        if self._live:
            self._live.end()
        # Code that put its own stream there and left it keeps it.
        if isinstance(sys.stdout, _Stream):
            sys.stdout = self._saved[0]
        if isinstance(sys.stderr, _Stream):
            sys.stderr = self._saved[1]
        try:
            _capturing.reset(self._token)
        except ValueError:
            pass  # left in another context than entered: that context is gone with its value

    def catches(self) -> bool:
        ident = threading.get_ident()
        return _capturing.get() if ident == self._thread else ident not in self._known_threads

    def write(self, text: str) -> None:
        if not self.parts or self.parts[-1][0] != "text":
            self.parts.append(("text", BoundedText(MAX_CHARS)))
        self.parts[-1][1].write(text)
        if self._live:
            self._live.write(text)

    def show(self, data: dict) -> None:
        """Adds a MIME bundle: its picture, else its text."""
        for mime in ("image/png", "image/jpeg", "image/gif", "image/webp"):
            picture = data.get(mime)
            if picture is None:
                continue
            if sum(part[0] == "image" for part in self.parts) >= MAX_PICTURES:
                self.write(f"[{mime} left out: more than {MAX_PICTURES} pictures]\n")
                return
            if isinstance(picture, bytes):
                import base64

                picture = base64.b64encode(picture).decode("ascii")
            self.parts.append(("image", mime, picture.replace("\n", "")))
            return
        text = data.get("text/markdown") or data.get("text/plain")
        if isinstance(text, str):
            self.write(text if text.endswith("\n") else text + "\n")

    def _on_display(self, message):
        content = message.get("content", {})
        if message.get("msg_type") not in ("display_data", "update_display_data"):
            return None if message.get("msg_type") == "clear_output" else message
        self.show(content.get("data", {}))
        return None


class Live:
    """Hands text on in pieces, from a thread of its own: at once after a pause, else ``EVERY_SECONDS`` later."""

    EVERY_SECONDS = 0.05

    def __init__(self, tell):
        self._tell = tell
        self._lock = threading.Lock()
        self._text = BoundedText(MAX_CHARS)
        self._written = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ipyai output", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def write(self, text: str) -> None:
        with self._lock:
            self._text.write(text)
        self._written.set()

    def end(self) -> None:
        self._ended.set()
        self._written.set()
        self._flush()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._written.wait()
            self._written.clear()
            self._flush()
            self._ended.wait(self.EVERY_SECONDS)

    def _flush(self) -> None:
        with self._lock:
            text, self._text = self._text.text(), BoundedText(MAX_CHARS)
            if text:
                self._tell(clean(text))


class _Stream:
    """Stands for ``sys.stdout`` while code is captured; what is not caught goes to the real one."""

    def __init__(self, capture: Capture, real):
        self._capture = capture
        self._real = real
        self.buffer = Buffer(self)

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._capture.catches():
            self._capture.write(text)
            return len(text)
        return self._real.write(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        self._real.flush()

    def isatty(self):
        return False

    def __getattr__(self, name):
        return getattr(self._real, name)
