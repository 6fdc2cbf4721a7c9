"""Answers a server's requests inside a kernel.

Requests are messages of a type of our own, ``ipyai_request``, on the kernel's usual channels: on a subshell for what
looks, on the main shell for what changes, on control for what must not wait. Unlike silent executes they trigger no
``post_execute`` hooks and take no payloads away from a running cell.
"""

import os
import platform
import sys
import threading

from . import magics, messages, notes, prompts
from .interrupts import nudge, stuck_lookups
from .lease import Lease
from .lookups import accesses, input_completion, inspection, look, members, refs, schemas, summaries, tracebacks
from .lookups.texts import error_text
from .output import origins, outlet, stdio, streams
from .programs import keyboard, programs, shell_refs
from .tools import computation, functions, pyrun, seeds

REQUEST, REPLY = "ipyai_request", "ipyai_reply"
# What a tool's code has printed so far, on iopub.
OUTPUT = "ipyai_output"


class Live:
    """The module's state in one kernel; ``retire`` takes everything back."""

    def __init__(self, shell, version: str):
        self.version = version
        self._shell = shell
        self._kernel = shell.kernel
        self._pid = os.getpid()
        self._lease = None
        self._cell = None
        self._executing = 0
        self._children = 0
        self._magics = magics.Magics(shell)
        self._seeds = seeds.Seeds(shell, self._magics.ask)
        self._origins = origins.Origins(shell)
        self._programs = programs.Programs(shell)
        self._streams = streams.Streams(self._kernel)
        self._outlet = self._find_outlet()
        # Newer IPython takes a cell's number when it starts, older when it ends.
        code = getattr(type(shell).run_cell_async, "__code__", None)
        self._counts_early = code is not None and "execution_count" in code.co_varnames + code.co_cellvars
        self._ops = {
            "hello": self._hello,
            "ping": self._ping,
            "heard": lambda args: self._outlet and self._outlet.heard(args["header"]["session"], args["number"]),
            "unheard": lambda args: self._outlet and self._outlet.unheard(args["since"]),
            "resize": self._resize,
            "cwd": lambda args: os.getcwd(),
            "cancel": self._cancel,
            "commandHeard": self._magics.heard,
            "commandAnswer": self._magics.answer,
            "nudge": lambda args: nudge.while_true(lambda: self._executing),
            "interruptLookup": lambda args: stuck_lookups.interrupt(args["subshellId"]),
            "variables": lambda args: summaries.variables(shell, args.get("filter")),
            "describe": lambda args: schemas.describe(shell, args["names"]),
            "missing": lambda args: accesses.missing(shell, args["accesses"]),
            "completeInput": lambda args: input_completion.complete(shell, args["code"], args["cursor"]),
            "inspect": lambda args: inspection.inspect_at(shell, args["code"], args["cursor"], args["detail"]),
            "complete": lambda args: members.complete(shell, args["code"], args["cursor"]),
            "members": lambda args: members.members(shell, args["base"], args["names"]),
            "labels": lambda args: members.labels(shell, args["name"], args["steps"], args["levels"]),
            "call": lambda args: members.call(shell, args["name"]),
            "look": lambda args: look.look(shell, args["what"], args["frame"], args["traceback"]),
            "lastError": lambda args: tracebacks.brief(shell),
            "notes": lambda args: [notes.note_value(source) for source in args["sources"]],
            "knownRefs": lambda args: refs.known(shell, args["expressions"]),
            "ref": lambda args: refs.resolve(shell, args["expression"]),
            "callRef": self._call_ref,
            "shellRefs": lambda args: shell_refs.run_all(args["id"], args["commands"], args["limitSeconds"]),
            "history": lambda args: prompts.tail(shell, args["limit"]),
            "tool": lambda args: functions.describe(shell, args["name"]),
            "toolNames": lambda args: functions.names(shell),
            "pyrun": lambda args: self._named(args, pyrun.pyrun(shell, args["id"], args["code"], args["tell"])),
            "shown": lambda args: computation.shown(shell, args["code"]),
            "compute": lambda args: self._named(args, computation.compute(shell, args["id"], args["code"], args["tell"])),
            "runScript": lambda args: self._named(args, pyrun.run_script(shell, args["id"], args["path"], args["tell"])),
            "number": lambda args: prompts.number(shell, args["source"], args["rewritten"]),
            "mirror": lambda args: prompts.mirror(
                shell, args["prompt"], args["fullPrompt"], args["response"], args["historyLine"]
            ),
            "forget": lambda args: prompts.forget(shell),
            "remark": lambda args: prompts.remark(shell, args["changes"]),
            "continue": lambda args: prompts.continue_session(shell, args["session"], args["nextExecutionCount"]),
        }
        self._events = {
            "pre_execute": self._on_execute,
            "post_execute": self._on_executed,
            "pre_run_cell": self._on_cell,
            "post_run_cell": self._on_cell_end,
        }
        self._install()

    def _install(self) -> None:
        for handlers in (self._kernel.shell_handlers, self._kernel.control_handlers):
            handlers[REQUEST] = self._on_request
        for name, function in self._events.items():
            self._shell.events.register(name, function)
        self._magics.install()
        messages.tolerate(self._kernel.session)
        self._origins.install()
        self._streams.install()
        self._programs.install()
        keyboard.install(self._kernel)
        nudge.prepare()
        # `exit` only tells the client, which decides: other clients may share this kernel. IPython has no hook here.
        self._shell.ask_exit = self._ask_exit
        # debugpy makes `breakpoint()` do nothing where no debugger is attached.
        if (getattr(sys.breakpointhook, "__module__", None) or "").startswith(("debugpy", "_pydev", "pydev")):
            sys.breakpointhook = sys.__breakpointhook__

    def retire(self) -> None:
        for handlers in (self._kernel.shell_handlers, self._kernel.control_handlers):
            if handlers.get(REQUEST) == self._on_request:
                del handlers[REQUEST]
        for name, function in self._events.items():
            try:
                self._shell.events.unregister(name, function)
            except ValueError:
                pass  # somebody cleared the hooks
        self._shell.__dict__.pop("ask_exit", None)
        self._magics.retire()
        self._seeds.retire()
        messages.withdraw(self._kernel.session)
        self._origins.retire()
        self._streams.retire()
        self._programs.retire()
        keyboard.withdraw()
        nudge.withdraw()
        if self._lease:
            self._lease.stop()

    async def _on_request(self, stream, ident, parent):
        try:
            told = {"header": parent["header"], "tell": lambda text: self._tell(parent, text)}
            args = {**parent["content"], **told}
            if args["op"] == "hello":
                self._magics.meet(parent["header"]["session"])
                if args.get("seedTools"):
                    self._seeds.install()
            result = self._ops[args["op"]](args)
            if hasattr(result, "__await__"):
                result = await result
            content = {"status": "ok", "result": result}
        except KeyboardInterrupt:
            content = {"status": "error", "reason": "was interrupted"}
        except BaseException as error:
            content = {"status": "error", "reason": error_text(error)}
        if os.getpid() != self._pid:
            os._exit(0)  # the child of a fork in somebody's code ends where that code does
        self._kernel.session.send(stream, REPLY, content, parent, ident=ident)

    def _hello(self, args):
        import IPython

        self._ping(args)
        history = self._shell.history_manager
        kept = history is not None and getattr(history, "enabled", False)
        return {
            "version": self.version,
            "nextExecutionCount": self._shell.execution_count + (self._cell is not None and not self._counts_early),
            "historySession": history.session_number if kept else None,
            "historyFile": str(history.hist_file) if kept else None,
            "banner": f"Python {platform.python_version()}, IPython {IPython.__version__}",
            "cwd": os.getcwd(),
            "pid": os.getpid(),
            "running": self._cell,
            "said": self._listen(args),
        }

    def _find_outlet(self):
        kernel = self._kernel
        thread = getattr(kernel, "iopub_thread", None)
        if not hasattr(thread, "schedule") or not hasattr(thread, "_really_send"):
            return None  # of another version
        others = [getattr(kernel, name, None) for name in ("control_thread", "shell_channel_thread")]
        return outlet.of(thread, kernel.session, streams.own(kernel).values(), filter(None, others))

    def _listen(self, args):
        if self._outlet is None or "heard" not in args:
            return None
        return self._outlet.listen(args["header"]["session"], args["heard"], bool(args.get("leaseSeconds")))

    def _ping(self, args):
        seconds = args.get("leaseSeconds")
        if self._lease and seconds:
            self._lease.renew(seconds, args.get("runSeconds"))
        elif seconds:
            self._lease = Lease(seconds, args.get("runSeconds"), self._is_busy, self._end)
            # The kernel is ours.
            prompts.keep_outputs(self._shell)
        return {"last": self._outlet and self._outlet.last}

    def _is_busy(self) -> bool:
        if not self._executing and not pyrun.running():
            return False
        # A cell that waits for a line from a client that is gone waits for nothing.
        frame = sys._current_frames().get(threading.main_thread().ident)
        while frame is not None:
            if frame.f_code.co_name == keyboard.WAITING:
                return False
            frame = frame.f_back
        return True

    def _end(self) -> None:
        app = self._kernel.parent
        # What ipykernel removes only when it made the file itself.
        if hasattr(app, "cleanup_connection_file"):
            app.cleanup_connection_file()
        loop = self._kernel.io_loop
        loop.add_callback(loop.stop)

    def _resize(self, args):
        columns, rows = str(args["columns"]), str(args["rows"])
        if hasattr(self._shell, "show_on_screen"):
            self._shell.show_on_screen(columns, rows)
        else:
            # Rich looks at the others where IPython is that of a notebook.
            os.environ.update(COLUMNS=columns, LINES=rows, JUPYTER_COLUMNS=columns, JUPYTER_LINES=rows)

    def _cancel(self, args):
        return shell_refs.cancel(args["id"]) or pyrun.cancel(args["id"])

    async def _named(self, args, work):
        origins.runs(args["header"])
        try:
            return await work
        finally:
            origins.runs({})

    async def _call_ref(self, args):
        return await pyrun.guarded(
            args["id"], lambda: refs.resolve(self._shell, args["expression"]), {"reason": "took too long"}
        )

    def _tell(self, parent, text: str) -> None:
        session, socket = self._kernel.session, self._kernel.iopub_socket
        session.send(socket, OUTPUT, {"text": text}, parent=parent, ident=OUTPUT.encode())

    def _ask_exit(self) -> None:
        self._shell.payload_manager.write_payload(
            {"source": "ask_exit", "keepkernel": bool(self._shell.keepkernel_on_exit)}
        )

    def _on_execute(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self._executing = 1

    def _on_executed(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self._executing = 0

    def _on_cell(self, info) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        self._children = stdio.children()
        parent = getattr(self._shell, "parent_header", None) or {}
        header = parent.get("header", parent)
        origins.runs(header)
        self._cell = {
            "key": header.get("msg_id"),
            "code": info.raw_cell,
            "executionCount": self._shell.execution_count - self._counts_early,
        }

    def _on_cell_end(self, _result) -> None:
        if threading.current_thread() is threading.main_thread():
            self._cell = None
            stdio.hear(self._kernel, self._children)
            origins.runs({})


_live = None


def install(version: str):
    """Makes this kernel answer, replacing an earlier version of this module. A sentence when it cannot."""
    global _live
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None or not hasattr(getattr(shell, "kernel", None), "shell_handlers"):
        return "This Python is not an IPython kernel."
    _live = Live(shell, version)
    return None


def retire() -> None:
    global _live
    if _live is not None:
        _live.retire()
        _live = None
