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
    streams = own(kernel).values()
    if children() == children_before and not any(map(_unread, streams)):
        return
    for _ in range(40):
        time.sleep(0.005)
        if not any(map(_unread, streams)):
            break
    for stream in streams:
        stream.flush()


def _unread(stream) -> int:
    """Bytes in the stream's pipe; none for a stream without one."""
    pipe = getattr(stream, "_fid", None)
    if not isinstance(pipe, int):
        return 0
    count = array.array("i", [0])
    try:
        fcntl.ioctl(pipe, termios.FIONREAD, count)
    except OSError:  # it was closed
        return 0
    return count[0]
