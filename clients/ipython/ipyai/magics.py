"""``%ipyai`` and ``%%ipyai``, also under the name ``ipycodex``: the server does what the words say.

A magic sends its words as a message of our own on iopub and waits for the answer, which comes on control: so they work
wherever a cell calls them. The wait has a limit, and an interrupt ends it.
"""

import sys
import threading
import time
import uuid

from .tools import pyrun

MESSAGE = "ipyai_command"
HEARD_SECONDS = 15
# A server that does not take a command in this time may be gone: the latest is asked too.
RETRY_SECONDS = 3
ANSWER_SECONDS = 120


class Magics:
    """``install`` adds them to a shell, ``retire`` takes them away; neither leaves a name with the user."""

    def __init__(self, shell):
        self._shell = shell
        self._kernel = shell.kernel
        # Servers by the session of their messages, the latest last: a cell's own server answers it.
        self._servers: dict = {}
        self._waiting: dict = {}
        self._lock = threading.Lock()

    def install(self) -> None:
        manager = self._shell.magics_manager
        for name, run in self._functions():
            # An extension that brought a magic of this name keeps it.
            if name not in manager.magics["line"] and name not in manager.magics["cell"]:
                manager.register_function(run, magic_kind="line_cell", magic_name=name)

    def retire(self) -> None:
        manager = self._shell.magics_manager
        for name, run in self._functions():
            for kind in ("line", "cell"):
                if manager.magics[kind].get(name) == run:
                    del manager.magics[kind][name]
            manager.user_magics.__dict__.pop(name, None)

    def _functions(self):
        return ("ipyai", self._run), ("ipycodex", self._run_codex)

    def meet(self, server: str) -> None:
        """A server is there: its messages carry this session."""
        self._servers.pop(server, None)
        self._servers[server] = True
        while len(self._servers) > 20:
            del self._servers[next(iter(self._servers))]

    def heard(self, args) -> bool:
        return self._settle(args["id"], None)

    def answer(self, args) -> bool:
        return self._settle(args["id"], args)

    def _settle(self, call_id: str, answer) -> bool:
        with self._lock:
            call = self._waiting.get(call_id)
        if call is None:
            return False
        if answer is not None:
            call.answer = answer
            call.answered.set()
        call.heard.set()
        return True

    def _run(self, line, cell=None):
        """Talks to ipyai: `%ipyai help` lists the commands; the body of a `%%ipyai` cell is a prompt for the AI."""
        from IPython.core.error import UsageError

        if pyrun.running():
            raise UsageError("%ipyai is for the person at the keyboard: code that a tool runs cannot use it.")
        answer = self.ask(line, cell, UsageError)
        if answer["failed"]:
            raise UsageError(answer["text"])
        text, action = answer["text"], answer["action"]
        payloads = self._shell.payload_manager
        if action and action["kind"] == "page":
            payloads.write_payload({"source": "page", "data": {"text/plain": text}, "start": 0})
            return
        if text:
            sys.stdout.write(text if text.endswith("\n") else text + "\n")
        if action:
            payloads.write_payload({"source": MESSAGE, "action": action})

    def _run_codex(self, line, cell=None):
        """Talks to ipyai: `%ipycodex help` lists the commands; the body of a `%%ipycodex` cell is a prompt for the AI."""
        # Its predecessor's `save` without a file wrote the notebook that sessions begin with.
        self._run("save --startup" if cell is None and line.strip() == "save" else line, cell)

    def ask(self, line, cell, failure, seconds=ANSWER_SECONDS) -> dict:
        """What the server answers to the words: ``{text, failed, action}``."""
        parent = getattr(self._shell, "parent_header", None) or {}
        asker = parent.get("header", {}).get("session")
        if not self._servers:
            raise failure("No ipyai server listens to this kernel.")
        call_id = uuid.uuid4().hex
        call = _Call()
        with self._lock:
            self._waiting[call_id] = call
        try:
            asked: set = set()
            deadline = time.monotonic() + HEARD_SECONDS
            while not call.heard.is_set():
                # The server that sent the cell; it may be gone, then the latest, which may still be on its way.
                latest = next(reversed(self._servers))
                server = asker if asker in self._servers and asker not in asked else latest
                if server not in asked:
                    asked.add(server)
                    content = {"id": call_id, "to": server, "line": line, "body": cell}
                    self._kernel.session.send(
                        self._kernel.iopub_socket, MESSAGE, content, parent=parent, ident=MESSAGE.encode()
                    )
                if time.monotonic() > deadline:
                    raise failure("No ipyai server listens to this kernel any more.")
                call.heard.wait(RETRY_SECONDS)
            if not call.answered.wait(seconds):
                raise failure(f"The ipyai server did not answer within {seconds} s.")
            return call.answer
        finally:
            with self._lock:
                del self._waiting[call_id]


class _Call:
    def __init__(self):
        self.heard = threading.Event()
        self.answered = threading.Event()
        self.answer = None
