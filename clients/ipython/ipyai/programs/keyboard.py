"""Lines from the person at the keyboard, asked for as ``input()`` does: at whichever client ran the cell."""

import io
import sys

import zmq

# A cell that waits in here waits for a person: the lease looks for it by this name.
WAITING = "_input_request"
END = "\x04"


def is_there(kernel) -> bool:
    """Whether somebody can be asked in the cell that runs; what a tool runs has no keyboard."""
    header = (kernel.get_parent("shell") or {}).get("header") or {}
    return bool(getattr(kernel, "_allow_stdin", False)) and header.get("msg_type") == "execute_request"


def ask(kernel, prompt: str, hidden: bool, is_wanted):
    """The line, ``None`` at the end of the input, or ``""`` once ``is_wanted()`` says that nobody reads it any more."""
    return _input_request(kernel, prompt, hidden, is_wanted)


# ipykernel's own waits for the answer alone; a program that asked may end before it comes.
def _input_request(kernel, prompt, hidden, is_wanted):
    sys.stdout.flush()
    sys.stderr.flush()
    socket, session = kernel.stdin_socket, kernel.session
    while socket.poll(0, zmq.POLLIN):
        socket.recv_multipart()  # an answer that came too late
    content = {"prompt": prompt, "password": hidden}
    session.send(socket, "input_request", content, kernel.get_parent("shell"), ident=_asker(kernel))
    while is_wanted():
        if not socket.poll(20, zmq.POLLIN):
            continue
        _, reply = session.recv(socket)
        if reply is not None:
            value = reply["content"].get("value", "")
            return None if value == END else value
    return ""


def _asker(kernel):
    """Who is asked; ipykernel keeps it in one place or another, as its release has it."""
    if hasattr(kernel, "_get_shell_context_var"):
        return kernel._get_shell_context_var(kernel._shell_parent_ident)
    return kernel._parent_ident["shell"]


class Keyboard(io.TextIOBase):
    """Stands for ``sys.stdin``: lines are asked for; where nobody can be asked, it has ended."""

    encoding = "utf-8"
    errors = "strict"
    name = "<stdin>"

    def __init__(self, kernel, replaced):
        self._kernel = kernel
        self._rest = ""
        self.replaced = replaced

    def readable(self):
        return True

    def isatty(self):
        return is_there(self._kernel)

    def fileno(self):
        return self.replaced.fileno()

    def readline(self, size=-1):
        if not self._rest:
            line = ask(self._kernel, "", False, lambda: True) if is_there(self._kernel) else None
            self._rest = "" if line is None else line + "\n"
        end = len(self._rest) if size is None or size < 0 else size
        line, self._rest = self._rest[:end], self._rest[end:]
        return line

    def read(self, size=-1):
        if size is not None and size >= 0:
            return self.readline(size)
        return "".join(iter(self.readline, ""))


def install(kernel) -> None:
    if not isinstance(sys.stdin, Keyboard) and sys.stdin is not None:
        sys.stdin = Keyboard(kernel, sys.stdin)


def withdraw() -> None:
    # A module of an earlier version may have put its own there.
    if type(sys.stdin).__name__ == Keyboard.__name__:
        sys.stdin = sys.stdin.replaced
