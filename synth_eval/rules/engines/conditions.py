"""Row conditions told as text, read by a grammar of our own and written anew for each engine.

pandas and Spark run such text as code, which may open files and start programs. So no text of
a suite reaches an engine: what the grammar knows (columns, numbers, words, arithmetic,
comparisons, and, or, not, the absolute value, whole days or seconds of a moment) is written
again from its parts, and everything else is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from synth_eval.errors import UsageError

__all__ = ["DIALECTS", "Dialect", "columns_in", "quoted", "rewritten"]

_QUOTED = re.compile(r"`((?:[^`]|``)+)`")
_LONGEST = 4_000
"""Characters of a condition; no person writes so long a one."""


_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%"}
_COMPARISONS = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_SQLITE_PARTS = {
    "D": (11, "00:00:00.000000"),
    "h": (13, ":00:00.000000"),
    "min": (16, ":00.000000"),
    "s": (19, ".000000"),
}
_UNITS = {"D": "day", "h": "hour", "min": "minute", "s": "second"}


def quoted(name: str) -> str:
    """A column name in a row condition, in the way of Spark (and of pandas, without backticks).

    Examples
    --------
    >>> quoted("a`b")
    '`a``b`'
    """
    return "`" + name.replace("`", "``") + "`"


def _double_quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine writes a condition.

    Parameters
    ----------
    name : callable
        Quotes the name of a column.
    equal : str
        Sign of equality.
    whole : callable
        Moment, cut to a unit of time: takes the quoted column and the unit of pandas.
    """

    name: Callable[[str], str]
    equal: str
    whole: Callable[[str, str], str]


def _truncated(column: str, unit: str) -> str:
    return f"date_trunc('{_UNITS[unit]}', {column})"


def _sqlite_whole(column: str, unit: str) -> str:
    """SQLite keeps moments as text; noughts take the place of the finer parts."""
    letters, noughts = _SQLITE_PARTS[unit]
    return (
        f"(substr({column}, 1, {letters}) || substr('{noughts}', 1, length({column}) - {letters}))"
    )


DIALECTS = {
    "pandas": Dialect(quoted, "==", lambda column, unit: f'{column}.dt.floor("{unit}")'),
    "spark": Dialect(quoted, "==", _truncated),
    "sql": Dialect(_double_quoted, "=", _truncated),
    "sqlite": Dialect(_double_quoted, "=", _sqlite_whole),
}


def rewritten(text: str, dialect: Dialect) -> str:
    r"""The same condition in the words of an engine.

    Raises
    ------
    UsageError
        The text holds what the grammar does not know.

    Examples
    --------
    >>> rewritten("abs(`a b` - c) > 0.5 and d == 'x'", DIALECTS["sql"])
    '((abs(("a b" - "c")) > 0.5) and ("d" = \'x\'))'
    >>> rewritten("a.to_csv('file')", DIALECTS["pandas"])
    Traceback (most recent call last):
    ...
    synth_eval.errors.UsageError: a row condition may not hold "a.to_csv('file')"
    """
    tree, names = _parsed(text)
    try:
        return _Writer(dialect, names).write(tree)
    except RecursionError:
        raise UsageError("a row condition is nested too deeply") from None


def columns_in(text: str) -> list[str]:
    """Names of the columns of a condition; those quoted by backticks where it cannot be read."""
    try:
        tree, names = _parsed(text)
    except UsageError:
        return [stand_ins.replace("``", "`") for stand_ins in _QUOTED.findall(text)]
    stand_ins = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return [names.get(name, name) for name in dict.fromkeys(stand_ins) if name != "abs"]


def _parsed(text: str) -> tuple[ast.expr, dict[str, str]]:
    """Syntax tree, with the names that were quoted by backticks."""
    if len(text) > _LONGEST:
        raise UsageError(f"a row condition may have at most {_LONGEST} characters")
    names: dict[str, str] = {}

    def placeholder(match: re.Match[str]) -> str:
        stand_in = f"quoted_column_{len(names)}"
        names[stand_in] = match[1].replace("``", "`")
        return f" {stand_in} "

    try:
        return ast.parse(_QUOTED.sub(placeholder, text).strip(), mode="eval").body, names
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise UsageError(f"a row condition cannot be read: {text[:80]!r}") from error


class _Writer:
    """Writes a tree for an engine; what it has no method for is refused."""

    def __init__(self, dialect: Dialect, names: dict[str, str]) -> None:
        self.dialect = dialect
        self.names = names

    def write(self, node: ast.AST) -> str:
        method = getattr(self, f"_{type(node).__name__.casefold()}", None)
        if method is None:
            raise _refused(node)
        return str(method(node))

    def _name(self, node: ast.Name) -> str:
        return self.dialect.name(self.names.get(node.id, node.id))

    def _constant(self, node: ast.Constant) -> str:
        value = node.value
        if isinstance(value, bool):
            return str(value).lower() if self.dialect is not DIALECTS["pandas"] else str(value)
        if isinstance(value, int | float) and abs(value) < float("inf"):
            return repr(value)
        if isinstance(value, str) and value.isprintable() and not set(value) & set("'\"\\`{}%:"):
            return f"'{value}'"
        raise _refused(node)

    def _boolop(self, node: ast.BoolOp) -> str:
        word = " and " if isinstance(node.op, ast.And) else " or "
        return "(" + word.join(self.write(part) for part in node.values) + ")"

    def _unaryop(self, node: ast.UnaryOp) -> str:
        signs = {ast.Not: "not ", ast.USub: "- ", ast.UAdd: "+ ", ast.Invert: "not "}
        return f"({signs[type(node.op)]}{self.write(node.operand)})"

    def _binop(self, node: ast.BinOp) -> str:
        left, right = self.write(node.left), self.write(node.right)
        if isinstance(node.op, ast.BitAnd | ast.BitOr):
            return f"({left} {'and' if isinstance(node.op, ast.BitAnd) else 'or'} {right})"
        if type(node.op) not in _ARITHMETIC:
            raise _refused(node)
        return f"({left} {_ARITHMETIC[type(node.op)]} {right})"

    def _compare(self, node: ast.Compare) -> str:
        parts = [f"({part})" for part in self._comparisons(node)]
        return parts[0] if len(parts) == 1 else "(" + " and ".join(parts) + ")"

    def _comparisons(self, node: ast.Compare) -> Iterator[str]:
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            sign = _COMPARISONS.get(type(operator))
            if sign is None:
                raise _refused(node)
            sign = self.dialect.equal if sign == "==" else sign
            yield f"{self.write(left)} {sign} {self.write(right)}"
            left = right

    def _call(self, node: ast.Call) -> str:
        """``abs(x)``, or ``x.dt.floor("D")``: a moment without its time of day."""
        if node.keywords or len(node.args) != 1:
            raise _refused(node)
        function, argument = node.func, node.args[0]
        if isinstance(function, ast.Name) and function.id == "abs":
            return f"abs({self.write(argument)})"
        unit = argument.value if isinstance(argument, ast.Constant) else None
        if not isinstance(unit, str) or unit not in _UNITS:
            raise _refused(node)
        return self.dialect.whole(self.write(_floored(function, node)), unit)


def _floored(function: ast.expr, node: ast.AST) -> ast.Name:
    """The column in ``column.dt.floor``."""
    match function:
        case ast.Attribute(attr="floor", value=ast.Attribute(attr="dt", value=ast.Name() as name)):
            return name
    raise _refused(node)


def _refused(node: ast.AST) -> UsageError:
    return UsageError(f'a row condition may not hold "{ast.unparse(node)[:80]}"')
