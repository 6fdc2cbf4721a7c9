"""What Python says, on its way to those who listen: none of it is lost, and it holds no more memory than stated.

ipykernel makes a message of each flushed print, and ZMQ drops without a word what a reader does not take fast enough.
Here small writes become one message, in the order in which everything was said. Messages are numbered, in a frame before
the delimiter that other readers pass over, and kept until each reader that counts has said that it has them: one that
misses a number, or comes later, asks for them. While too much is not heard, whoever prints waits.

A server of ours counts for as long as the kernel lives; any other reader for as long as it answers.
"""

import atexit
import functools
import os
import threading
import time

# A person may put others in their place, and is to read what they print all the same.
from builtins import bytes, getattr, hasattr, isinstance, len, map, max, memoryview, min, next, range, sum
from collections import deque

_DELIMITER = b"<IDS|MSG>"
MARK = b"ipyai:"

# So much may be on its way to readers, and so much may wait here: what is printed then waits.
_MAX_UNHEARD = 1024 * 1024
_MAX_WAITING = 1024 * 1024
# What is kept for somebody who may come, while nobody counts.
_MAX_KEPT = 4 * 1024 * 1024
# Less than this no message counts: ZMQ's queues hold a thousand, whatever their size.
_MIN_SIZE = 2048
_PIECE_CHARS = 64 * 1024
# Writes within this time are one message.
_GATHER_SECONDS = 0.02
# A write is followed by that of its line's end.
_LINE_SECONDS = 0.004
# What IPython's own history takes of what a cell prints.
_MAX_HISTORY = 1024 * 1024
# So many flushes are sent at once, and then so many a second.
_FLUSHES, _FLUSHES_A_SECOND = 50, 25
_PATIENCE_SECONDS = 10.0
# So many texts in turns, of stdout and stderr, keep their order within a message's time.
_MAX_TURNS = 64


def of(thread, session, streams, others):
    """The outlet of this ``IOPubThread``, made where there is none. ``others`` are threads that must never wait."""
    present = thread.__dict__.get("_ipyai_outlet")
    if present is None:
        present = thread._ipyai_outlet = Outlet(thread, session, others)
    for stream in streams:
        present.take(stream)
    return present


class Outlet:
    """Takes the place of ``IOPubThread.send_multipart`` and of the streams' ``write`` and ``flush``, on any thread."""

    def __init__(self, thread, session, others):
        self._thread = thread
        self._session = session
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._never_wait = {thread.thread, *others}
        self._waiting: deque = deque()
        self._size = 0
        self._room = threading.Event()
        self._due = None
        self._sent_at = 0.0
        self._flushes, self._flushed_at = float(_FLUSHES), 0.0
        self._kept: deque = deque()
        self._last, self._end = 0, 0
        self._readers: dict = {}
        self._looks_again = False
        # Called now and then by whoever waits.
        self.beat = lambda: None
        self._plain_send = thread.send_multipart
        thread.send_multipart = self.send_multipart
        atexit.register(self.finish)

    def take(self, stream) -> None:
        """The stream's text comes here from now on; it keeps its own way for the children of forks."""
        kind = type(stream)
        if kind.__module__ != "ipykernel.iostream" or hasattr(kind, "_ipyai_plain"):
            return
        # What it holds goes first.
        stream.flush()
        stream.__class__ = _class_of(kind, self)

    # What is said

    def write(self, stream, string):
        if not isinstance(string, str):
            raise TypeError(f"write() argument must be str, not {type(string)}")
        if os.getpid() != self._pid:
            return stream._ipyai_plain.write(stream, string)
        if stream.pub_thread is None:
            raise ValueError("I/O operation on closed file")
        if stream.echo is not None:
            _echo(stream.echo.write, string)
        if not string:
            return 0
        parent = stream.parent_header
        with self._lock:
            text = self._text_for(stream, parent)
            text.parts.append(string)
            self._size += len(string)
            size = self._size
        self._wake(0 if size > _PIECE_CHARS else self._pause(_LINE_SECONDS))
        if size > _MAX_WAITING:
            self._await_room()
        return len(string)

    def _text_for(self, stream, parent):
        at, oldest = len(self._waiting), max(0, len(self._waiting) - 4)
        in_turns = len(self._waiting) > _MAX_TURNS
        while at > oldest:
            at -= 1
            text = self._waiting[at]
            if type(text) is not _Text:
                break
            if text.stream is stream and (text.parent is parent or text.parent == parent):
                return text
            if not in_turns:
                break
        text = _Text(stream, parent)
        self._waiting.append(text)
        self._size += _MIN_SIZE
        return text

    def flush(self, stream) -> None:
        if os.getpid() != self._pid:
            return stream._ipyai_plain.flush(stream)
        if stream.echo is not None:
            _echo(stream.echo.flush)
        if not self._waiting:
            return None
        if self._pause(0) and not self._may_flush():
            # The write has seen to it.
            return None
        self._wake(0)
        if threading.current_thread() is not self._thread.thread and self._thread.thread.is_alive():
            # A process that ends by force has sent what it flushed.
            passed = threading.Event()
            self._thread.schedule(passed.set)
            passed.wait(1.0)
        return None

    def _may_flush(self) -> bool:
        now = time.monotonic()
        with self._lock:
            earned = (now - self._flushed_at) * _FLUSHES_A_SECOND
            self._flushes, self._flushed_at = min(float(_FLUSHES), self._flushes + earned), now
            if self._flushes < 1:
                return False
            self._flushes -= 1
            return True

    def send_multipart(self, frames, *args, **kwargs) -> None:
        """As ``IOPubThread``'s own: a message that is whole already. Behind all that was said before."""
        if os.getpid() != self._pid:
            return self._plain_send(frames, *args, **kwargs)
        message = _Message(frames, _is_kept(frames))
        with self._lock:
            if not message.is_kept and self._waiting and not self._may_send():
                # A reader that comes now has to be answered, whatever waits.
                return self._plain_send(frames, *args, **kwargs)
            self._waiting.append(message)
            self._size += message.size
            size = self._size
        self._wake(0)
        if size > _MAX_WAITING and message.is_kept:
            self._await_room()
        return None

    @property
    def is_full(self) -> bool:
        """Who prints now waits."""
        return self._size > _MAX_WAITING

    def _await_room(self) -> None:
        if threading.current_thread() in self._never_wait:
            return
        while self.is_full and self._thread.thread.is_alive():
            self._room.clear()
            self.beat()
            self._wake(0)
            self._room.wait(0.2)

    # When it is sent

    def _pause(self, least: float) -> float:
        return max(least, self._sent_at + _GATHER_SECONDS - time.monotonic())

    def _wake(self, seconds: float) -> None:
        """Sends in so many seconds, or earlier."""
        now = time.monotonic()
        with self._lock:
            # One that is long overdue was lost with an exception.
            if self._due is not None and self._due <= now + seconds and now < self._due + 1:
                return
            self._due = now + seconds
        if not self._thread.thread.is_alive():
            self._send(is_last=True)
        elif seconds > 0:
            self._thread.schedule(functools.partial(self._thread.io_loop.call_later, seconds, self._send))
        else:
            self._thread.schedule(self._send)

    def _send(self, is_last: bool = False) -> None:
        """Sends what may be sent; on ipykernel's thread, or when that is gone."""
        with self._lock:
            self._due = None
        while True:
            with self._lock:
                if not self._waiting:
                    self._size = 0
                    self._room.set()
                    break
                if not is_last and not self._may_send():
                    self._look_again()
                    break
                first = self._waiting[0]
                piece, size, is_whole = first.next()
                if is_whole:
                    self._waiting.popleft()
                self._size = max(0, self._size - size)
                if self._size <= _MAX_WAITING:
                    self._room.set()
            frames = piece if type(first) is _Message else self._to_frames(first, piece)
            if frames:
                self._publish(frames, type(first) is _Text or first.is_kept)
            self._sent_at = time.monotonic()

    def _look_again(self) -> None:
        """A reader that does not answer stops counting some time."""
        if self._looks_again:
            return
        self._looks_again = True

        def look():
            self._looks_again = False
            self._send()

        self._thread.io_loop.call_later(0.5, look)

    def _to_frames(self, text, piece):
        stream = text.stream
        message = self._session.msg("stream", {"name": stream.name, "text": piece}, parent=text.parent)
        for hook in stream._hooks:
            message = hook(message)
            if message is None:
                return None
        try:
            return self._session.serialize(message, ident=stream.topic)
        except UnicodeEncodeError:
            content = {"name": stream.name, "text": piece.encode("utf-8", "replace").decode("utf-8")}
            return self._session.serialize({**message, "content": content}, ident=stream.topic)

    def _publish(self, frames, is_kept: bool) -> None:
        if is_kept:
            with self._lock:
                self._last += 1
                size = max(_MIN_SIZE, sum(map(_length, frames)))
                self._end += size
                now = time.monotonic()
                for reader in self._readers.values():
                    if reader.heard == self._last - 1:
                        reader.at = now
                self._kept.append((self._last, frames, self._end))
                self._trim()
                number = b"%s%d:%d" % (MARK, self._last, self._unheard())
            at = frames.index(_DELIMITER)
            frames = [*frames[:at], number, *frames[at:]]
        self._thread._really_send(frames, copy=True)

    def finish(self) -> None:
        """Python ends: nothing waits any more."""
        if os.getpid() == self._pid and self._waiting:
            sent = threading.Event()
            self._thread.schedule(functools.partial(self._send, True))
            self._thread.schedule(sent.set)
            sent.wait(2.0)

    # Who hears it

    @property
    def last(self) -> int:
        return self._last

    def listen(self, name: str, heard, stays: bool) -> dict:
        """A reader that has all up to the number ``heard``, or wants what comes from now on; answers what it has missed.
        ``stays``: a server of ours.
        """
        with self._lock:
            at = self._last if heard is None else min(heard, self._last)
            if stays:
                self._readers = {key: reader for key, reader in self._readers.items() if not reader.stays}
            self._readers[name] = _Reader(at, self._end_of(at), stays)
            self._trim()
            answer = {"heard": at, **self.unheard(at)}
        self._wake(0)
        return answer

    def heard(self, name: str, number: int) -> dict:
        """The reader has stored all up to here."""
        with self._lock:
            reader = self._readers.get(name)
            if reader is not None:
                reader.heard = min(max(reader.heard, number), self._last)
                reader.end = self._end_of(reader.heard)
                reader.at = time.monotonic()
                self._trim()
            answer = {"last": self._last}
            is_waited = bool(self._waiting)
        if is_waited:
            self._wake(0)
        return answer

    def unheard(self, since: int) -> dict:
        """Messages after this number, a piece of them: each a number and its four parts as text. ``lost`` are gone."""
        with self._lock:
            first = self._kept[0][0] if self._kept else self._last + 1
            found, size = [], 0
            for at in range(max(0, since + 1 - first), len(self._kept)):
                number, frames, _ = self._kept[at]
                size += sum(map(_length, frames))
                if found and size > _MAX_UNHEARD // 2:
                    break
                found.append((number, frames))
            answer = {"lost": max(0, first - since - 1), "last": self._last}
        parts = [(number, frames[frames.index(_DELIMITER) + 2 :][:4]) for number, frames in found]
        return {**answer, "messages": [[number, *(bytes(part).decode() for part in four)] for number, four in parts]}

    def _may_send(self) -> bool:
        return self._unheard() < _MAX_UNHEARD

    def _unheard(self) -> int:
        """Bytes that some reader which counts has not heard."""
        ends = [reader.end for reader in self._readers.values() if reader.counts(self._last)]
        return self._end - min(ends) if ends else 0

    def _end_of(self, number: int) -> int:
        if not self._kept or number >= self._last:
            return self._end
        first, frames, end = self._kept[0]
        if number < first:
            return end - max(_MIN_SIZE, sum(map(_length, frames)))
        return self._kept[number - first][2]

    def _trim(self) -> None:
        heard = [reader.heard for reader in self._readers.values() if reader.counts(self._last)]
        if heard:
            while self._kept and self._kept[0][0] <= min(heard):
                self._kept.popleft()
        else:
            while len(self._kept) > 1 and self._end - self._kept[0][2] > _MAX_KEPT:
                self._kept.popleft()


class _Reader:
    def __init__(self, heard: int, end: int, stays: bool):
        self.heard = heard
        self.end = end
        self.stays = stays
        self.at = time.monotonic()

    def counts(self, last: int) -> bool:
        return self.stays or self.heard >= last or time.monotonic() - self.at < _PATIENCE_SECONDS


class _Text:
    """What one stream was given in a row for one request."""

    def __init__(self, stream, parent):
        self.stream = stream
        self.parent = parent
        self.parts: list = []
        self._whole, self._at = "", 0

    def next(self):
        """A piece of it, what that counts, and whether it was the last."""
        if self._at >= len(self._whole):
            self._whole, self._at = "".join(self.parts), 0
            self.parts = []
        piece = self._whole[self._at : self._at + _PIECE_CHARS]
        self._at += len(piece)
        is_whole = self._at >= len(self._whole) and not self.parts
        return piece, len(piece) + (_MIN_SIZE if is_whole else 0), is_whole


class _Message:
    def __init__(self, frames, is_kept: bool):
        self.frames = frames
        self.is_kept = is_kept
        self.size = max(_MIN_SIZE, sum(map(_length, frames)))

    def next(self):
        return self.frames, self.size, True


def _class_of(kind, outlet):
    """The stream's class with the outlet behind it."""

    def write_of(stream):
        return stream.__dict__.get("_ipyai_write") or functools.partial(outlet.write, stream)

    def set_write(stream, write):
        # IPython puts its own there around each cell and puts back what it found, which may be from before us.
        is_ours = getattr(write, "func", None) == outlet.write or getattr(write, "__func__", None) is kind.write
        stream.__dict__["_ipyai_write"] = None if is_ours else _bounded(write, functools.partial(outlet.write, stream))

    members = {
        "__module__": kind.__module__,
        "_ipyai_plain": kind,
        "_ipyai_is_full": property(lambda stream: outlet.is_full),
        "write": property(write_of, set_write, lambda stream: set_write(stream, None)),
        "flush": lambda stream: outlet.flush(stream),
    }
    return type(kind.__name__, (kind,), members)


def _bounded(write, ours):
    """IPython's history keeps what a cell prints, of long output the beginning."""
    if getattr(write, "__qualname__", None) != "InteractiveShell._tee.<locals>.write":
        return write
    room = _MAX_HISTORY

    def write_beginning(string, *args, **kwargs):
        nonlocal room
        if room <= 0:
            return ours(string)
        # What a list of small strings takes, too.
        room -= len(string) + 64
        return write(string, *args, **kwargs)

    return write_beginning


def _is_kept(frames) -> bool:
    """All but the states of requests that run nothing."""
    at = frames.index(_DELIMITER) if _DELIMITER in frames else len(frames)
    if len(frames) < at + 6:
        return False
    return not bytes(frames[0]).endswith(b".status") or b'"execute_request"' in bytes(frames[at + 3])


def _length(frame) -> int:
    return len(frame) if isinstance(frame, bytes) else memoryview(frame).nbytes


def _echo(call, *values) -> None:
    try:
        call(*values)
    except OSError:
        pass  # whoever started the kernel with an echo closed it
