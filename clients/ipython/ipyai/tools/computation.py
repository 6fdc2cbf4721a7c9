"""Runs code that was shown to compute with plain values only: with these and known functions, and nothing else."""

import ast
import sys
import warnings

from ..output.capture import Capture
from . import pyrun
from .changes import Changes
from .vetting import Doubt, Vetted

_MAX_RANGE = 10_000_000


def shown(shell, code: str) -> dict:
    """``{doubt}``, or ``{makes}``: the variables that the code would make."""
    try:
        return {"makes": sorted(Vetted(shell, code).made)}
    except Doubt as doubt:
        return {"doubt": str(doubt)}


async def compute(shell, call_id: str, code: str, tell=None) -> dict:
    """Runs the code if it is still shown: ``{content, isError}``. Hooks, transformers and formatters have no part."""
    try:
        vetted = Vetted(shell, code)
        if sys.gettrace() is not None or sys.getprofile() is not None:
            raise Doubt("something follows what runs")
    except Doubt as doubt:
        text = f"Not run: since it was looked at, something has changed: {doubt}. Call it again as it is."
        return {"content": [{"kind": "text", "text": text}], "isError": True}
    filename = pyrun.next_name()
    pyrun.keep_source(filename, code)
    capture, changes = Capture(shell, tell), Changes(shell, code)
    failed = "KeyboardInterrupt: the call was interrupted\n"
    with capture:
        failure = await pyrun.guarded(
            call_id, lambda: pyrun.caught(_run(shell, vetted, filename, code, capture), filename), failed
        )
    if failure:
        capture.write(failure)
    return {"content": pyrun.content(capture.parts), "isError": bool(failure), "changed": changes.told()}


async def _run(shell, vetted: Vetted, filename: str, code: str, capture: Capture) -> None:
    variables = {**vetted.values, "__builtins__": {**vetted.functions, **_bounded(vetted.functions)}}
    tree = vetted.tree
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        body = compile(tree, filename, "exec")
        value = compile(ast.Expression(last.value if last else ast.Constant(None, lineno=1, col_offset=0)), filename, "eval")
    try:
        exec(body, variables)
        result = eval(value, variables)
        if result is not None and not code.rstrip().endswith(";"):
            capture.write(f"{result!r}\n")
    finally:
        for name in vetted.made:
            if name in variables:
                dict.__setitem__(shell.user_ns, name, variables[name])


def _bounded(functions: dict) -> dict:
    plain_range = functions.get("range")
    if plain_range is None:
        return {}

    def bounded_range(*args):
        found = plain_range(*args)
        if found and abs(found[-1] - found[0]) // abs(found.step) >= _MAX_RANGE:
            raise OverflowError(f"run unasked, a range() has up to {_MAX_RANGE} steps")
        return found

    return {"range": bounded_range}
