"""Code that is shown to compute with plain values only, and to change no variable that is there.

What is listed here is known to run nothing but Python's own code on them; all else is in doubt. Sizes are held to what
a slip would make; that code ends is not shown.
"""

import ast

from ..lookups.objects import absent, namespace
from .plain import doubt_about, pristine
from .vocabulary import (
    BINARY,
    CALLS,
    CHANGING,
    FRESH_CALLS,
    FRESH_NODES,
    MAX_EXPONENT,
    MAX_SIZE,
    METHODS,
    PLAIN_NODES,
    TYPES,
    WARNED,
    WIDE,
    WITHOUT_ARGUMENTS,
)

MAX_CHARS = 10_000

class Doubt(Exception):
    """Why it was not shown; the text is for a person."""


class Vetted:
    """``tree`` is what was shown; it is run with ``values`` and ``functions`` alone, and makes the names ``made``."""

    def __init__(self, shell, source: str):
        if len(source) > MAX_CHARS or WARNED.search(source):
            raise Doubt("it is long or unusual")
        try:
            self.tree = ast.parse(source)
            self._begin(namespace(shell))
            for statement in self.tree.body:
                self._statement(statement)
        except (SyntaxError, ValueError):
            raise Doubt("it is no plain Python") from None
        except (RecursionError, MemoryError):
            raise Doubt("it is nested too deep") from None

    def _begin(self, variables: dict) -> None:
        self._variables = variables
        self.values: dict = {}
        self.functions: dict = {}
        self.made: set = set()
        self._given: dict = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._make(target, node.value)
            elif isinstance(node, ast.For):
                self._make(node.target, None)

    def _make(self, target, value) -> None:
        """``value``: what a lone name is given."""
        if isinstance(target, (ast.Tuple, ast.List)):
            for each in target.elts:
                self._make(each, None)
        elif isinstance(target, ast.Starred):
            self._make(target.value, None)
        elif isinstance(target, ast.Name):
            name = target.id
            if name in self._variables:
                raise Doubt(f"it changes {name}")
            if pristine(name) is not absent or name.startswith("__"):
                raise Doubt(f"it gives {name} another meaning")
            self.made.add(name)
            self._given.setdefault(name, []).append(value)

    def _is_fresh(self, node) -> bool:
        """Whether it names what this code made, and nothing else has."""
        if not isinstance(node, ast.Name) or node.id not in self.made:
            return False
        return all(
            isinstance(value, FRESH_NODES)
            or (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in FRESH_CALLS)
            for value in self._given[node.id]
        )

    def _statement(self, node) -> None:
        here = frozenset()
        if isinstance(node, ast.Expr):
            self._expression(node.value, here)
        elif isinstance(node, ast.Assign):
            self._expression(node.value, here)
            for target in node.targets:
                self._target(target)
        elif isinstance(node, ast.AugAssign):
            self._augmented(node)
        elif isinstance(node, ast.For):
            self._expression(node.iter, here)
            self._target(node.target)
            self._block(node.body + node.orelse)
        elif isinstance(node, ast.If):
            self._expression(node.test, here)
            self._block(node.body + node.orelse)
        elif not isinstance(node, (ast.Pass, ast.Break, ast.Continue)):
            raise Doubt(f"{type(node).__name__} is not looked into")

    def _block(self, statements: list) -> None:
        for statement in statements:
            self._statement(statement)

    def _target(self, node) -> None:
        if isinstance(node, (ast.Tuple, ast.List)):
            for each in node.elts:
                self._target(each)
        elif isinstance(node, ast.Starred):
            self._target(node.value)
        elif isinstance(node, ast.Subscript):
            if not self._is_fresh(node.value):
                raise Doubt("it may change what is in a variable")
            self._expression(node.slice, frozenset())
        elif not isinstance(node, ast.Name):
            raise Doubt("it sets an attribute")

    def _augmented(self, node) -> None:
        if not isinstance(node.op, (ast.Add, ast.Sub)):
            raise Doubt("what it adds up may grow without end")
        target = node.target
        held = target.value if isinstance(target, ast.Subscript) else target
        if not self._is_fresh(held):
            raise Doubt("it may change a variable")
        if isinstance(target, ast.Subscript):
            # What is in there may be somebody else's list; with a number that fails.
            if not (isinstance(node.value, ast.Constant) and type(node.value.value) in (int, float)):
                raise Doubt("it may change what is in a variable")
            self._expression(target.slice, frozenset())
        self._expression(node.value, frozenset())

    def _expression(self, node, local: frozenset) -> None:
        if isinstance(node, ast.Constant) or node is None:
            return
        if isinstance(node, ast.Name):
            self._read(node.id, local)
        elif isinstance(node, ast.Call):
            self._call(node, local)
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            self._comprehension(node, local)
        elif isinstance(node, ast.BinOp):
            self._operation(node)
            self._all([node.left, node.right], local)
        elif isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Invert):
            self._expression(node.operand, local)
        elif isinstance(node, ast.Compare):
            self._all([node.left, *node.comparators], local)
        elif isinstance(node, ast.FormattedValue):
            spec = node.format_spec
            for part in spec.values if spec is not None else ():
                if not isinstance(part, ast.Constant) or WIDE.search(part.value):
                    raise Doubt("its format is worked out, or wide")
            self._expression(node.value, local)
        elif isinstance(node, PLAIN_NODES):
            self._all(ast.iter_child_nodes(node), local)
        else:
            raise Doubt(f"{type(node).__name__} is not looked into")

    def _all(self, nodes, local: frozenset) -> None:
        for node in nodes:
            if isinstance(node, ast.expr):
                self._expression(node, local)

    def _read(self, name: str, local: frozenset) -> None:
        if name in local or name in self.made or name in self.values:
            return
        value = self._variables.get(name, absent)
        if value is absent:
            raise Doubt(f"{name} is no variable")
        doubt = doubt_about(name, value)
        if doubt is not None:
            raise Doubt(doubt)
        self.values[name] = value

    def _function(self, name: str, local: frozenset):
        function = pristine(name)
        if function is absent or name in local or name in self.made or name in self._variables:
            raise Doubt(f"{name} may be anybody's")
        self.functions[name] = function
        return function

    def _call(self, node, local: frozenset) -> None:
        function, args = node.func, list(node.args)
        if any(isinstance(each, ast.Starred) for each in args) or any(each.arg is None for each in node.keywords):
            raise Doubt("what it passes on is not written out")
        if isinstance(function, ast.Attribute):
            self._method(node, local)
        elif isinstance(function, ast.Name) and function.id == "isinstance" and len(args) == 2:
            self._function("isinstance", local)
            kinds = args.pop()
            for kind in kinds.elts if isinstance(kinds, ast.Tuple) else (kinds,):
                if not isinstance(kind, ast.Name) or kind.id not in TYPES:
                    raise Doubt("it asks for a type of somebody's")
                self._function(kind.id, local)
        elif isinstance(function, ast.Name) and function.id in CALLS:
            most, names = CALLS[function.id]
            if len(args) > most or (names is not None and any(each.arg not in names for each in node.keywords)):
                raise Doubt(f"{function.id} is called in another way than usual")
            self._function(function.id, local)
            if function.id in ("map", "filter") and args:
                self._passed(args.pop(0), local)
        else:
            raise Doubt(f"it calls {ast.unparse(function)[:40]}")
        self._all(args, local)
        for each in node.keywords:
            if each.arg == "key":
                self._passed(each.value, local)
            else:
                self._expression(each.value, local)

    def _method(self, node, local: frozenset) -> None:
        name, holder = node.func.attr, node.func.value
        if name in WITHOUT_ARGUMENTS and (node.args or node.keywords):
            raise Doubt(f"{name} is called with what others may have registered")
        if name in CHANGING and not (isinstance(holder, ast.Name) and holder.id not in local and self._is_fresh(holder)):
            raise Doubt(f".{name}() may change what is in a variable")
        if name not in METHODS and name not in WITHOUT_ARGUMENTS and name not in CHANGING:
            raise Doubt(f"it calls .{name}()")
        if name != "sort" and any(each.arg == "key" for each in node.keywords):
            raise Doubt(f".{name}() is called in another way than usual")
        self._expression(holder, local)

    def _passed(self, node, local: frozenset) -> None:
        """A function that is called with one plain value at a time."""
        if isinstance(node, ast.Lambda):
            given = node.args
            if given.defaults or given.kw_defaults or given.vararg or given.kwarg or given.kwonlyargs:
                raise Doubt("its function is no plain one")
            names = {each.arg for each in (*given.posonlyargs, *given.args)}
            self._expression(node.body, local | names)
        elif isinstance(node, ast.Name) and node.id in CALLS and node.id not in ("map", "filter", "range", "print"):
            self._function(node.id, local)
        elif not (isinstance(node, ast.Constant) and node.value is None):
            raise Doubt("it passes on a function of somebody's")

    def _comprehension(self, node, local: frozenset) -> None:
        for each in node.generators:
            if each.is_async:
                raise Doubt("it waits")
            self._expression(each.iter, local)
            local = local | _names(each.target)
            self._all(each.ifs, local)
        self._all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt], local)

    def _operation(self, node) -> None:
        if not isinstance(node.op, BINARY):
            raise Doubt(f"{type(node.op).__name__} is not looked into")
        if isinstance(node.op, ast.Pow) and not _is_small(node.right, MAX_EXPONENT):
            raise Doubt("its power may be without end")
        is_text = isinstance(node.left, ast.Constant) and type(node.left.value) in (str, bytes)
        if isinstance(node.op, ast.Mod) and is_text and ("*" in str(node.left.value) or WIDE.search(str(node.left.value))):
            raise Doubt("its format is worked out, or wide")
        if isinstance(node.op, ast.Mult):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                is_text = isinstance(one, ast.JoinedStr) or (isinstance(one, ast.Constant) and type(one.value) in (str, bytes))
                if (is_text or isinstance(one, (ast.List, ast.Tuple))) and not _is_small(other, MAX_SIZE):
                    raise Doubt("what it repeats may be without end")


def _names(target) -> frozenset:
    if isinstance(target, ast.Name):
        return frozenset([target.id])
    if isinstance(target, ast.Starred):
        return _names(target.value)
    if isinstance(target, (ast.Tuple, ast.List)):
        return frozenset().union(*map(_names, target.elts))
    raise Doubt("its loop sets more than names")


def _is_small(node, most: int) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value <= most
