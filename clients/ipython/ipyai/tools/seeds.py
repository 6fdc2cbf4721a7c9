"""The AI's tools as functions of the user, under the predecessors' names: hidden, and never in place of a name that is taken.

Those that the server runs are asked of it by the way that `%ipyai` takes: it answers to a person's cell, and not to
code that a tool runs.
"""

import ast
import inspect
import json
import threading

from ..lookups import look as lookups
from . import pyrun

# The server ends what takes longer.
ANSWER_SECONDS = 4_000


class Said(str):
    """A text that a cell shows as it is."""

    def _repr_pretty_(self, printer, _cycle):
        printer.text(str(self))


class Seeds:
    """``install`` puts them where names are free, ``retire`` takes away what is still ours."""

    def __init__(self, shell, ask):
        self._shell = shell
        self._functions = _functions(shell, ask)

    def install(self) -> None:
        names, hidden = self._shell.user_ns, self._shell.user_ns_hidden
        for name, function in self._functions.items():
            if name not in names:
                names[name] = hidden[name] = function

    def retire(self) -> None:
        names, hidden = self._shell.user_ns, self._shell.user_ns_hidden
        for name, function in self._functions.items():
            for mapping in (names, hidden):
                if mapping.get(name) is function:
                    del mapping[name]


def _functions(shell, ask) -> dict:
    def said(command: str, needs_main: bool = False) -> Said:
        if pyrun.running() or (needs_main and threading.current_thread() is not threading.main_thread()):
            word = command.split(None, 2)
            name = "allow" if word[0] == "allow" else f"{word[1]}, or call the tool {word[1]} itself"
            raise PermissionError(f"Code that a tool runs cannot use {name}: the person has to be asked.")
        answer = ask(command, None, RuntimeError, ANSWER_SECONDS)
        if answer["failed"]:
            raise RuntimeError(answer["text"])
        return Said(answer["text"])

    def call(name: str, **arguments) -> Said:
        given = {key: value for key, value in arguments.items() if value is not None}
        return said(f"call {name} {json.dumps(given)}")

    async def pyrun_(code: str):
        """Run Python in this namespace; the value is that of its last expression. Top-level await works."""
        filename = pyrun.next_name()
        source = shell.transform_cell(code)
        pyrun.keep_source(filename, source)
        tree = ast.parse(source, filename)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        value = None
        for part, mode in ((tree, "exec"), (last and ast.Expression(last.value), "eval")):
            if part is None:
                continue
            compiled = compile(part, filename, mode, flags=flags)
            value = eval(compiled, shell.user_global_ns, shell.user_ns)
            if compiled.co_flags & inspect.CO_COROUTINE:
                value = await value
        return value if last is not None else None

    def bash(cmd: str, timeout_seconds: float = None) -> Said:
        """Run a command line in bash: its output, its error output and its exit code."""
        return call("bash", cmd=cmd, timeout_seconds=timeout_seconds)

    def look(what: str = "") -> Said:
        """What the AI sees when it looks: at all variables, or at what an expression of names and positions means."""
        found = lookups.look(shell, what, None, False)
        if "problem" in found:
            raise ValueError(found["problem"])
        return Said(found["text"])

    def lnhashview_file(path: str, start: int = None, end: int = None) -> Said:
        """A text file by lines, each as `NUMBER|HASH|  text`."""
        return call("lnhashview_file", path=str(path), start=start, end=end)

    def exhash_file(path: str, cmds: list, sw: int = None, inplace: bool = None) -> Said:
        """Edit a text file by the lines that `lnhashview_file` showed, all edits or none."""
        return call("exhash_file", path=str(path), cmds=list(cmds), sw=sw, inplace=inplace)

    def start_bgterm(cmd: str = None, cwd: str = None, yield_time_ms: int = None) -> Said:
        """A program, or a shell, on a terminal of its own in the background: its number, and what it says at first."""
        return call("start_bgterm", cmd=cmd, cwd=cwd and str(cwd), yield_time_ms=yield_time_ms)

    def write_stdin(sid: int, chars: str = "", yield_time_ms: int = None, max_output_bytes: int = None) -> Said:
        """Type into a terminal that `start_bgterm` opened, and read what it said since."""
        return call("write_stdin", sid=sid, chars=chars, yield_time_ms=yield_time_ms, max_output_bytes=max_output_bytes)

    def close_bgterm(sid: int, kill_after_ms: int = None) -> Said:
        """End a terminal that `start_bgterm` opened, with all that runs in it."""
        return call("close_bgterm", sid=sid, kill_after_ms=kill_after_ms)

    def allow(what) -> Said:
        """Allow the AI, in this session, calls of one of your functions as it is now, or what a rule such as `bash(pytest)` says."""
        name = what if isinstance(what, str) else getattr(what, "__name__", None)
        if not isinstance(name, str) or (not isinstance(what, str) and shell.user_ns.get(name) is not what):
            raise TypeError("allow() takes one of your functions, or a rule such as 'bash(pytest)'.")
        return said(f"allow {name}", needs_main=True)

    pyrun_.__name__ = pyrun_.__qualname__ = "pyrun"
    seeds = (pyrun_, bash, look, lnhashview_file, exhash_file, start_bgterm, write_stdin, close_bgterm, allow)
    for each in seeds:
        each.__qualname__ = each.__name__
    return {each.__name__: each for each in seeds}
