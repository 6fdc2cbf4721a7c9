"""The ``pyrun`` tool: runs code in the user's namespace without being a cell.

It takes no input number, stands in no history and leaves ``_``, ``__`` and ``Out`` alone. The result is a list of
content parts: what was printed and shown in order, then the value of the last expression or the traceback.
"""

import ast
import asyncio
import inspect
import linecache
import os
import signal
import sys
import threading
import traceback

from ..bounded import clean, cut
from ..interrupts import nudge
from ..output import figures, stdio
from ..output.capture import MAX_CHARS, Capture
from .changes import Changes

_lock = threading.Lock()
_current = None
_cancelled: set = set()
_count = 0


def running() -> bool:
    return _current is not None


def cancel(call_id: str) -> bool:
    """Interrupts the call if it runs and only then; one that waits does not start."""
    with _lock:
        if _current != call_id:
            if len(_cancelled) > 100:
                _cancelled.clear()  # of calls that had ended already
            _cancelled.add(call_id)
            return False
        # The call cannot end while the lock is held, so the signal meets nobody else.
        pid = os.getpid()
        if os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGINT)
        else:
            os.kill(pid, signal.SIGINT)
    nudge.while_true(lambda: _current == call_id)
    return True


async def guarded(call_id: str, work, cancelled_result):
    """Runs ``work`` (a function that may return an awaitable) so that ``cancel`` reaches it.

    Returns its value, or ``cancelled_result`` after a cancel.
    """
    global _current
    if call_id in _cancelled:
        _cancelled.discard(call_id)
        return cancelled_result
    handler = _Interrupts()
    try:
        with _lock:
            _current = call_id
        handler.install()
        result = work()
        if inspect.isawaitable(result):
            result = await result
        return result
    except (KeyboardInterrupt, asyncio.CancelledError):
        handler.quiet()
        return cancelled_result
    finally:
        _end(handler)


def _end(handler) -> None:
    global _current
    # An interrupt that was on its way is due to the call that just ended: it is swallowed here.
    for _ in range(3):
        try:
            with _lock:
                _current = None
            handler.remove()
            return
        except KeyboardInterrupt:
            continue


class _Interrupts:
    """SIGINT while code runs: raised in running code, and as a cancel where the code awaits."""

    def __init__(self):
        self._saved = None
        self._cancels = 0
        self._active = False
        self._task = None

    def install(self) -> None:
        self._active = True
        self._depth = sys._getframe(1).f_code
        try:
            self._task = asyncio.current_task()
        except RuntimeError:
            self._task = None
        if threading.current_thread() is threading.main_thread():
            self._saved = signal.signal(signal.SIGINT, self._on_interrupt)

    def remove(self) -> None:
        self._active = False
        saved, self._saved = self._saved, None
        if saved is not None:
            signal.signal(signal.SIGINT, saved)

    def quiet(self) -> None:
        """The interrupt has done its work: further ones are due to nothing."""
        self._active = False
        if self._cancels and hasattr(self._task, "uncancel"):
            self._task.uncancel()

    def _on_interrupt(self, _number, frame):
        if not self._active:
            return
        # Inside our own frames the code runs; otherwise the event loop waits for it.
        while frame is not None:
            if frame.f_code is self._depth:
                raise KeyboardInterrupt
            frame = frame.f_back
        if self._task is not None:
            self._task.get_loop().call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        # The call may have ended since: what the task does now is not ours to cancel.
        if self._active:
            self._cancels += 1
            self._task.cancel()


async def pyrun(shell, call_id: str, code: str, tell=None) -> dict:
    """Runs the code: ``{content, isError}``. ``tell`` hears what it prints meanwhile."""
    filename = next_name()
    return await _told(shell, call_id, tell, filename, code, lambda capture: _run(shell, code, filename, capture))


def next_name() -> str:
    """What tracebacks call the code of a call."""
    global _count
    _count += 1
    return f"<pyrun {_count}>"


def keep_source(filename: str, source: str) -> None:
    """For tracebacks that show its lines."""
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)


async def run_script(shell, call_id: str, path: str, tell=None) -> dict:
    """Runs a file as a script in the user's namespace, with its name as ``__file__``: ``{content, isError}``."""
    return await _told(shell, call_id, tell, path, "", lambda _capture: _run_script(shell, path))


async def _told(shell, call_id: str, tell, filename: str, code: str, run) -> dict:
    capture, changes = Capture(shell, tell), Changes(shell, code)
    open_before = figures.open_figures()
    children = stdio.children()
    failed = "KeyboardInterrupt: the call was interrupted\n"
    with capture, _Shown(shell, capture) as shown:
        failure = await guarded(call_id, lambda: caught(run(capture), filename), failed)
        try:
            figures.show_new(open_before, capture)
        except Exception:
            capture.write(traceback.format_exc(limit=0))
    stdio.hear(shell.kernel, children)
    # What the code asked of the client (a page, an exit) is not for the next cell to deliver.
    for text in _pages(shell.payload_manager.read_payload()):
        capture.write(text if text.endswith("\n") else f"{text}\n")
    shell.payload_manager.clear_payload()
    if failure:
        capture.write(failure)
    return {"content": content(capture.parts), "isError": bool(failure) or shown.failed, "changed": changes.told()}


class _Shown:
    """Catches the tracebacks that IPython shows by itself: of an object that fails to tell itself, of ``%run``."""

    def __init__(self, shell, capture: Capture):
        self._shell = shell
        self._capture = capture
        self.failed = False

    def __enter__(self):
        self._shell._showtraceback = self._show
        return self

    def __exit__(self, *_exception):
        self._shell.__dict__.pop("_showtraceback", None)

    def _show(self, _etype, _evalue, lines):
        self.failed = True
        self._capture.write("\n".join(lines) + "\n")


def _pages(payloads: list) -> list:
    """The texts that a client would page or put into its next input."""
    texts = [
        payload["data"].get("text/plain") if payload.get("source") == "page" else payload.get("text")
        for payload in payloads
        if payload.get("source") in ("page", "set_next_input")
    ]
    return [text for text in texts if isinstance(text, str)]


async def caught(work, filename: str):
    """Awaits the work: the traceback's text when the work failed."""
    try:
        await work
        return None
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise
    except BaseException as error:
        return _traceback(error, filename)


async def _run(shell, code: str, filename: str, capture: Capture) -> None:
    source = shell.transform_cell(code)
    keep_source(filename, source)
    tree = ast.parse(source, filename)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    namespace = shell.user_global_ns
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    with figures.Printer(shell):
        if tree.body:
            result = eval(compile(tree, filename, "exec", flags=flags), namespace, shell.user_ns)
            if inspect.iscoroutine(result):
                await result
        if last is None:
            return
        compiled = compile(ast.Expression(last.value), filename, "eval", flags=flags)
        value = eval(compiled, namespace, shell.user_ns)
        if compiled.co_flags & inspect.CO_COROUTINE:
            value = await value
        if value is not None and not _ends_quietly(shell, source):
            data, _metadata = shell.display_formatter.format(value)
            capture.show(data)


async def _run_script(shell, path: str) -> None:
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec")
    namespace = shell.user_ns
    namespace["__file__"] = path
    try:
        exec(code, shell.user_global_ns, namespace)
    finally:
        namespace.pop("__file__", None)


def _ends_quietly(shell, source: str) -> bool:
    quiet = getattr(shell.displayhook, "semicolon_at_end_of_expression", None)
    try:
        return bool(quiet and quiet(source))
    except Exception:
        return False


def _traceback(error: BaseException, filename: str) -> str:
    """The traceback from the code's own frames on."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != filename:
        frames = frames.tb_next
    try:
        lines = traceback.format_exception(type(error), error, frames)
    except Exception:  # an exception whose own text fails
        lines = [f"{type(error).__name__}\n"]
    return cut("".join(lines), MAX_CHARS)


def content(parts: list) -> list:
    """What a capture caught, as a result carries it."""
    texts = [part for part in parts if part[0] == "text"]
    share = MAX_CHARS // max(1, len(texts))
    found = []
    for part in parts:
        if part[0] == "image":
            found.append({"kind": "image", "mimeType": part[1], "data": part[2]})
        else:
            found.append({"kind": "text", "text": clean(cut(part[1].text(), share))})
    return found
