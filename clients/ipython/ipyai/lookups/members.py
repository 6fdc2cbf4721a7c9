"""What an editor says of names while they are typed: what kind of thing each is, which labels there are, how a function
is called. The objects are not asked.
"""

import types

from IPython.core.completer import IPCompleter, provisionalcompleter, rectify_completions

from . import frames, inspection
from .accesses import MAX_LABELS, after, names_of_index
from .objects import absent, find, is_a, is_class, module_members, namespace, pairs, text, type_name
from .schemas import parameters

MAX_MATCHES = 1000
MAX_NAMES = 500
MAX_SHOWN_LABELS = 1000
MAX_DETAIL = 200


def complete(shell, code: str, cursor: int) -> dict:
    """``{start, matches}`` as IPython completes live names; without jedi, which reads sources for each of them and takes
    a second for a frame's."""
    completer = IPCompleter(
        shell=shell, namespace=shell.user_ns, global_namespace=shell.user_global_ns, parent=shell, use_jedi=False
    )
    with provisionalcompleter():
        found = list(rectify_completions(code, completer.completions(code, cursor)))
    matches = [{"text": each.text, "type": each.type, "signature": each.signature} for each in found[:MAX_MATCHES]]
    return {"start": found[0].start if found else cursor, "end": cursor, "matches": matches}


def members(shell, base: str, names) -> list:
    """For each name ``[kind, detail]``, ``None`` where that is not known. They stand in ``base``, a dotted name, or are variables where it is empty."""
    value = inspection.look_up(shell, base) if base else None
    if value is absent:
        return [None] * len(names)
    found = [_member(shell, base, value, name) for name in names[:MAX_NAMES]]
    return found + [None] * (len(names) - len(found))


def _member(shell, base: str, value, name: str):
    try:
        found = inspection.member(value, name) if base else inspection.look_up(shell, name)
    except Exception:  # a library is not as expected
        return None
    if found is absent:
        return None
    kind, detail = _told(name, found)
    return [kind, detail[:MAX_DETAIL]]


def _told(name: str, value) -> tuple:
    if is_class(value):
        return "class", inspection.call_of(name, value) or f"class {name}"
    if is_a(value, types.ModuleType):
        return "module", f"module {text(find(module_members(value), '__name__')) or name}"
    call = inspection.call_of(name, value)
    if call:
        return "function", " ".join(call.split())
    return "property" if type(value) is property else "instance", type_name(value)


def labels(shell, name: str, steps, levels: bool):
    """``[label, type]`` of the columns or the keys of what these steps lead to, with ``levels`` also the names of its
    index; ``None`` where it has none or that is not known."""
    value = after(namespace(shell).get(name, absent), steps)
    if type(value) is dict:
        keys = [(key, held) for key, held in pairs(value, MAX_LABELS) if type(key) is str]
        return [[key, type_name(held)] for key, held in keys[:MAX_SHOWN_LABELS]]
    array = frames.array(value)
    if array is not None and array.fields:
        return [[each, "field"] for each in array.fields if type(each) is str]
    frame = frames.frame(value)
    if frame is None:
        return None
    index = frame.columns.levels[0] if frame.columns.levels else frame.columns
    held = {} if frame.columns.levels else frame.values()
    told = index.labels(MAX_SHOWN_LABELS) or []
    found = [
        [label, frames.values_type(held[at]) if at in held else "column"]
        for at, label in enumerate(told)
        if type(label) is str
    ]
    return found + ([[each, "index"] for each in names_of_index(frame)] if levels else [])


def call(shell, name: str):
    """``{label, parameters, documentation}`` of a function or class; ``None`` for all else and what does not tell."""
    value = inspection.look_up(shell, name)
    if value is absent:
        return None
    label = inspection.call_of(name, value)
    if not label:
        return None
    function = inspection.called(value)
    shown = _split(label) if function is None else [each for each in parameters(function)[0] if each not in "/*"]
    return {
        "label": " ".join(label.split()).replace("( ", "(").replace(", )", ")"),
        "parameters": shown,
        "documentation": inspection.documentation_of(value),
    }


def _split(label: str) -> list:
    """The parameters of C code's signature, as text."""
    inner = label[label.index("(") + 1 : label.rindex(")")]
    found, depth, start = [], 0, 0
    for at, each in enumerate(inner):
        if each in "([{":
            depth += 1
        elif each in ")]}":
            depth -= 1
        elif each == "," and depth == 0:
            found.append(inner[start:at].strip())
            start = at + 1
    found.append(inner[start:].strip())
    return [each for each in found if each and each not in "/*"]
