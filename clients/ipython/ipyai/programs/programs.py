"""``!command`` on a terminal of its own, with the person's keyboard behind it.

IPython's own way gives a program a terminal that nobody types into, so that one which reads waits for ever. Here its
reading is noticed, and the line is asked for where ``input()`` asks; while the terminal does not echo, it is asked for as
a password. Where a cell has no keyboard, the program finds its input at the end.
"""

import codecs
import fcntl
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import threading
import time

from . import keyboard

_QUIET_SECONDS = 0.05
_END_SECONDS = 2.0
# Where Linux says a process waits that reads a terminal, and one that waits for several things.
_READS = {"wait_woken", "n_tty_read", "tty_read"}
_POLLS = {"do_select", "do_sys_poll", "do_poll", "poll_schedule_timeout", "do_epoll_wait", "ep_poll"}


class Programs:
    """Replaces the shell's ``system`` while it is installed."""

    def __init__(self, shell):
        self._shell = shell

    def install(self) -> None:
        if os.path.exists("/proc/self/wchan"):
            self._shell.system = self._system

    def retire(self) -> None:
        self._shell.__dict__.pop("system", None)

    def _system(self, command: str) -> None:
        shell = self._shell
        if threading.current_thread() is not threading.main_thread():
            return type(shell).system(shell, command)
        if command.rstrip().endswith("&"):
            raise OSError("Background processes not supported.")
        code = run(shell.kernel, shell.var_expand(command, depth=1))
        shell.user_ns["_exit_code"] = code
        if shell.system_raise_on_error and code != 0:
            raise subprocess.CalledProcessError(code, command)
        return None


def run(kernel, command: str) -> int:
    """Runs it to its end, shows what it prints, answers its exit code; a signal that ended it as a negative number."""
    sys.stdout.flush()
    process, terminal = _start(command, keyboard.is_there(kernel))
    try:
        return _follow(kernel, process, terminal)
    finally:
        os.close(terminal)


def _start(command: str, has_keyboard: bool):
    terminal, theirs = os.openpty()
    columns, rows = shutil.get_terminal_size()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    try:
        process = subprocess.Popen(
            [os.environ.get("SHELL") or "/bin/sh", "-c", command],
            stdin=theirs if has_keyboard else subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY, 0),
        )
    except BaseException:
        os.close(terminal)
        raise
    finally:
        os.close(theirs)
    return process, terminal


def _follow(kernel, process, terminal) -> int:
    output = _Output(terminal)
    try:
        while not output.ended:
            if output.show(_QUIET_SECONDS):
                continue
            if process.poll() is not None:
                # Something left in the background may keep the terminal open; it is not waited for.
                output.show(0)
                break
            waits = keyboard.is_there(kernel) and waiting(terminal)
            if waits:
                _type(kernel, process, terminal, output, waits)
    except KeyboardInterrupt:
        _interrupt(process, terminal, output)
    return _code(process.wait())


def _type(kernel, process, terminal, output, waits) -> None:
    modes = termios.tcgetattr(terminal)[3]
    # Its question stands before the answer.
    while output.show(0):
        pass

    def is_wanted():
        return process.poll() is None and bool(waiting(terminal))

    line = keyboard.ask(kernel, "", _hides(modes), is_wanted)
    if not is_wanted():
        return
    if line is None:
        keys = termios.tcgetattr(terminal)[6][termios.VEOF]
    else:
        keys = line.encode("utf-8", "replace")
        if modes & termios.ICANON:
            keys += b"\n"
            if modes & termios.ECHO:
                # The client shows the line where it was typed.
                output.leave_out(keys.replace(b"\n", b"\r\n"))
        elif waits == "keys" or not keys:
            keys += b"\r"
    os.write(terminal, keys)
    # A moment for the program to take it, so that it is not asked for again.
    for _ in range(50):
        time.sleep(0.002)
        if not is_wanted():
            return


def _interrupt(process, terminal, output) -> None:
    """Ctrl-C, as the terminal sends it; a program that does not heed it is ended."""
    try:
        os.write(terminal, termios.tcgetattr(terminal)[6][termios.VINTR])
        deadline = time.monotonic() + _END_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            output.show(_QUIET_SECONDS)
    except (KeyboardInterrupt, OSError):
        pass  # the impatient press it twice
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        output.show(0)


def _code(status: int) -> int:
    """A shell says 128 and the signal that ended its command."""
    return -(status - 128) if status > 128 else status


def waiting(terminal):
    """``"line"`` or ``"keys"`` when what stands in front of the terminal waits for one, else ``None``."""
    try:
        front, modes = os.tcgetpgrp(terminal), termios.tcgetattr(terminal)[3]
    except (OSError, termios.error):
        return None
    if _hides(modes):
        # Programs with other rights, as ``sudo``, do not tell what they wait for.
        return "line"
    places = {place for pid in _members(front) for place in _waits(pid)}
    if places & _READS:
        return "line"
    # Only an editor of lines takes the terminal's keys one by one and waits for whatever comes first.
    return "keys" if not modes & termios.ICANON and places & _POLLS else None


def _hides(modes) -> bool:
    """What is typed is a secret: the terminal takes a line and does not echo it."""
    return bool(modes & termios.ICANON) and not modes & termios.ECHO


def _members(group: int):
    """The processes of a group: its leader's, and those they started."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue  # it has just ended
        if int(fields[2]) == group:
            found.append(int(name))
    return found


def _waits(pid: int):
    """Where in the kernel the process's threads wait."""
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return
    for task in tasks:
        try:
            with open(f"/proc/{pid}/task/{task}/wchan") as file:
                yield file.read().strip()
        except OSError:
            continue


class _Output:
    """What the program prints, shown as it comes."""

    def __init__(self, terminal):
        self._terminal = terminal
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._left_out = b""
        self.ended = False

    def leave_out(self, echo: bytes) -> None:
        """The terminal's echo of what is typed comes next, and is not shown."""
        self._left_out = echo

    def show(self, seconds: float) -> bool:
        """Shows what came within this time; whether something did."""
        if self.ended or not select.select([self._terminal], [], [], seconds)[0]:
            return False
        try:
            part = os.read(self._terminal, 65536)
        except OSError:
            part = b""  # nobody has the other end any more
        self.ended = not part
        echoed = os.path.commonprefix([part, self._left_out])
        part, self._left_out = part[len(echoed) :], self._left_out[len(echoed) :] if len(echoed) == len(part) else b""
        text = self._decoder.decode(part, self.ended)
        if text:
            sys.stdout.write(text.replace("\r\n", "\n"))
            sys.stdout.flush()
        return bool(part or echoed)
