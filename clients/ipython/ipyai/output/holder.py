"""Empties the pipes behind Python's own stdout and stderr from a process of its own, whatever Python does meanwhile.

ipykernel reads them in a thread. C code that writes there while it holds Python's lock, more than a pipe takes, then
waits for ever: the thread waits for the lock. The process here hands on what it reads. While Python takes it slowly it
stops reading, so that whoever writes waits; while Python cannot run at all it reads on. What was written last it leaves
in the kernel's log, also when Python died of it.
"""

import codecs
import io
import mmap
import os
import select
import signal
import struct
import sys
import threading
import time

_NAMES = ("stdout", "stderr")
_PIECE = 64 * 1024
# So much is held while Python reads, and so much while it cannot.
_MAX_HELD, _MAX_HELD_FOR_STUCK = 1024 * 1024, 256 * 1024 * 1024
_STUCK_SECONDS = 1.0
_TAIL = 8 * 1024
# What both processes see: Python's beat, whether the holder has its hands on each stream, and how much it holds of it.
_HELD = struct.Struct("=QQ")
_BEAT = 2
_HELD_AT = 8


class Holder:
    """Made before anything else is loaded and before there are threads: the process is a copy of this one."""

    def __init__(self):
        self._signs = mmap.mmap(-1, _HELD_AT + _HELD.size)
        self._in = [os.pipe() for _ in _NAMES]
        self._out = [os.pipe() for _ in _NAMES]
        self._reads = [False for _ in _NAMES]
        self._read_bytes = [0 for _ in _NAMES]
        # Not a child of Python's: the user's code may wait for all of its children.
        between = os.fork()
        if between == 0:
            try:
                if os.fork() == 0:
                    _Hold(self._signs, self._in, self._out).run()
            finally:
                os._exit(0)
        os.waitpid(between, 0)
        for _, end in self._out:
            os.close(end)

    def capture(self, streams, log) -> None:
        """Puts the pipes on file descriptors 1 and 2, and what comes out of them into the streams."""
        for at, stream in enumerate(streams):
            number = getattr(sys, f"__{_NAMES[at]}__").fileno()
            stream._original_stdstream_fd = number
            stream._original_stdstream_copy = os.dup(number)
            os.dup2(self._in[at][1], number)
            os.close(self._in[at][1])
            stream._fid = self._out[at][0]
            stream._should_watch = True
            stream._ipyai_unread = lambda at=at: self._unread(at)
            stream._ipyai_read = lambda at=at: self._read_bytes[at]
            stream.watch_fd_thread = threading.Thread(
                target=self._read, args=(at, stream), name=f"ipyai-{_NAMES[at]}", daemon=True
            )
            stream.watch_fd_thread.start()
        # Loaded by now, and too much for the copy of this process.
        import logging

        for handler in log.handlers:
            # ipykernel's log is not what the user's code prints.
            if isinstance(handler, logging.StreamHandler) and handler.stream in (sys.__stderr__, streams[1]):
                handler.stream = io.TextIOWrapper(io.FileIO(streams[1]._original_stdstream_copy, "w", closefd=False))

    def beat(self) -> None:
        """Python runs, even where it takes nothing at the moment."""
        self._signs[_BEAT] = (self._signs[_BEAT] + 1) & 0xFF

    def _unread(self, at: int) -> int:
        # In the order of its way, so that what moves on meanwhile is not missed.
        before = _bytes_in(self._in[at][0])
        in_hand = _PIECE if self._signs[at] else 0
        held = _HELD.unpack_from(self._signs, _HELD_AT)[at]
        return before + in_hand + held + _bytes_in(self._out[at][0]) + self._reads[at]

    def _read(self, at: int, stream) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        source = self._out[at][0]
        poll = select.poll()
        poll.register(source, select.POLLIN)
        while True:
            poll.poll()
            self._reads[at] = True
            data = os.read(source, _PIECE)
            self.beat()
            if not stream._should_watch:
                return
            if data:
                stream.write(decoder.decode(data))
                self._read_bytes[at] += len(data)
            elif source != self._in[at][0]:
                # Somebody ended the holder.
                poll.unregister(source)
                source = self._in[at][0]
                poll.register(source, select.POLLIN)
            else:
                self._reads[at] = False
                return
            self._reads[at] = False


def _bytes_in(pipe: int) -> int:
    import array
    import fcntl
    import termios

    count = array.array("i", [0])
    try:
        fcntl.ioctl(pipe, termios.FIONREAD, count)
    except OSError:  # it was closed
        return 0
    return count[0]


class _Hold:
    """The process."""

    def __init__(self, signs, into, out):
        self._signs = signs
        self._lanes = [_Lane(read, write) for (read, _), (_, write) in zip(into, out)]
        for end in [end for _, end in into] + [end for end, _ in out]:
            os.close(end)
        self._tail = b""
        self._beat, self._beat_at = 0, 0.0

    def run(self) -> None:
        # It ends with the kernel, and not before: not by what is sent to the kernel's group.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        while any(lane.is_open for lane in self._lanes) and self._step():
            pass
        for lane in self._lanes:
            self._keep(lane.read_rest())
        os.write(2, self._tail)

    def _step(self) -> bool:
        """Whether the kernel is there."""
        is_stuck = self._is_stuck()
        poll = select.poll()
        for lane in self._lanes:
            if lane.is_open and len(lane.held) < (_MAX_HELD_FOR_STUCK if is_stuck else _MAX_HELD):
                poll.register(lane.read_end, select.POLLIN)
            # The end of whoever reads is told in any case.
            poll.register(lane.write_end, select.POLLOUT if lane.held else 0)
        is_full = any(len(lane.held) >= _MAX_HELD for lane in self._lanes)
        events = dict(poll.poll(_STUCK_SECONDS * 250 if is_full else None))
        for at, lane in enumerate(self._lanes):
            if events.get(lane.write_end, 0) & (select.POLLERR | select.POLLNVAL):
                return False
            self._signs[at] = 1
            if events.get(lane.read_end, 0):
                self._keep(lane.read())
            lane.write()
            _HELD.pack_into(self._signs, _HELD_AT, *(len(each.held) for each in self._lanes))
            self._signs[at] = 0
        return True

    def _is_stuck(self) -> bool:
        """Python has not run for a while, though there is something to read."""
        now = time.monotonic()
        if self._signs[_BEAT] != self._beat or not any(lane.held for lane in self._lanes):
            self._beat, self._beat_at = self._signs[_BEAT], now
        return now - self._beat_at > _STUCK_SECONDS

    def _keep(self, data: bytes) -> None:
        self._tail = (self._tail + data)[-_TAIL:]


class _Lane:
    """From one pipe to the other."""

    def __init__(self, read_end: int, write_end: int):
        self.read_end = read_end
        self.write_end = write_end
        self.held = bytearray()
        self.is_open = True
        os.set_blocking(write_end, False)

    def read(self) -> bytes:
        data = os.read(self.read_end, _PIECE)
        self.is_open = bool(data)
        self.held += data
        return data

    def write(self) -> None:
        try:
            while self.held:
                del self.held[: os.write(self.write_end, self.held[:_PIECE])]
        except BlockingIOError:
            pass
        except OSError:
            self.held.clear()  # the kernel is gone, as the next step finds

    def read_rest(self) -> bytes:
        os.set_blocking(self.read_end, False)
        rest = b""
        try:
            while len(rest) < _MAX_HELD:
                data = os.read(self.read_end, _PIECE)
                if not data:
                    break
                rest += data
        except OSError:
            pass  # there is no more
        return rest
