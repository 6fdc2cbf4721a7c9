"""What child processes and C code wrote to Python's own stdout and stderr, which ipykernel reads from pipes."""

import array
import fcntl
import resource
import termios
import time

from .streams import own


def children() -> int:
    """Another number when child processes have ended in between."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_minflt + usage.ru_majflt


def hear(kernel, children_before: int) -> None:
    """Waits a moment until what was written there is told: a thread of ipykernel's reads it."""
    streams = list(own(kernel).values())
    if children() == children_before and not any(map(_unread, streams)):
        return
    # What comes later is not waited for: something in the background may write on and on.
    wanted = [_read(stream) + _unread(stream) for stream in streams]
    read, patience = None, 40
    while patience > 0:
        time.sleep(0.005)
        before, read = read, [_read(stream) for stream in streams]
        if not any(map(_unread, streams)) or all(map(int.__ge__, read, wanted)):
            break
        is_held_up = any(getattr(stream, "_ipyai_is_full", False) for stream in streams)
        patience = 40 if read != before or is_held_up else patience - 1
    for stream in streams:
        stream.flush()


def _read(stream) -> int:
    """Bytes of the stream's pipe that were taken so far, where that is known."""
    taken = getattr(stream, "_ipyai_read", None)
    return 0 if taken is None else taken()


def _unread(stream) -> int:
    """Bytes in the stream's pipe; none for a stream without one."""
    held = getattr(stream, "_ipyai_unread", None)
    if held is not None:
        return held()
    pipe = getattr(stream, "_fid", None)
    if not isinstance(pipe, int):
        return 0
    count = array.array("i", [0])
    try:
        fcntl.ioctl(pipe, termios.FIONREAD, count)
    except OSError:  # it was closed
        return 0
    return count[0]
