"""Which of the user's variables a call changed, as far as can be told without asking them anything."""

import re
import types

from ..lookups.objects import absent, find, is_one_of, is_plain, namespace, pairs
from ..lookups.views import line

# What is in a variable is looked at for so many, the newest; of all others only whether they hold something else.
MAX_SUMMARIES = 200
# Frames, arrays and objects of classes take far longer: those that the code names, which is how one is changed inside.
MAX_OBJECTS = 10
MAX_TOLD = 50
MAX_CHARS = 200
_word = re.compile(r"[^\W\d]\w*")
_quick = (
    *(int, float, complex, bool, str, bytes, type(None), list, tuple, dict, set, frozenset, range, type),
    *(types.FunctionType, types.BuiltinFunctionType, types.ModuleType),
)


class Changes:
    """Begins where it is made, before the code runs; ``told`` says what has changed since."""

    def __init__(self, shell, code: str):
        self._shell = shell
        self._named = set(_word.findall(code))
        self._before = self._seen()

    def told(self) -> list:
        """``{name, before, after}``: a line about the value, ``None`` where there is none. At most ``MAX_TOLD``."""
        now = self._seen()
        names = [*now, *(name for name in self._before if name not in now)]
        found = []
        for name in names:
            before, after = self._before.get(name), now.get(name)
            if before is not None and after is not None and _is_same(before, after):
                continue
            found.append({"name": name[:MAX_CHARS], "before": _told(before), "after": _told(after, self._shell, name)})
            if len(found) == MAX_TOLD:
                break
        return found

    def _seen(self) -> dict:
        """For each variable its identity, the line about it where it is looked at, and itself where it is plain."""
        shell = self._shell
        hidden = {name: value for name, value in pairs(shell.user_ns_hidden) if type(name) is str}
        shown = {
            name: value
            for name, value in namespace(shell).items()
            if not name.startswith("_") and not (name in hidden and hidden[name] is value)
        }
        quick = [name for name, value in shown.items() if is_one_of(type(value), _quick)]
        named = [name for name in shown if name in self._named]
        looked = {*quick[-MAX_SUMMARIES:], *named[-MAX_OBJECTS:]}
        return {
            name: (
                id(value),
                line(name, value)[:MAX_CHARS] if name in looked else None,
                value if is_plain(value) else absent,
            )
            for name, value in shown.items()
        }


def _told(seen, shell=None, name="") -> "str | None":
    """The line; one that was not looked at in time is made now, where the value is still there."""
    if seen is None or seen[1] is not None:
        return seen and seen[1]
    return "not looked at" if shell is None else line(name, find(shell.user_ns, name))[:MAX_CHARS]


def _is_same(before: tuple, after: tuple) -> bool:
    """The same thing with the same line, or equal values of Python's own."""
    if before[0] == after[0] and None in (before[1], after[1]):
        return True
    if before[1] != after[1]:
        return False
    if before[0] == after[0]:
        return True
    old, new = before[2], after[2]
    return old is not absent and type(old) is type(new) and (old == new or (old != old and new != new))
