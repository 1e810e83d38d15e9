"""The correctly rounded sum of floating point numbers, said in what DuckDB has.

A finite number times a power of two is an integer, and integers add up exactly in any order. The narrow way keeps one
128-bit integer and costs about as much as a plain SUM; it fails, rather than round, on a number that does not fit. The wide
way keeps two, and holds every number in [2^-54, 2^60) and zero. Both then round once, to the nearest double, ties to even,
so they give the same bits. What even the wide way cannot hold is added to the rounded rest in the order of its values.
"""

from __future__ import annotations

from typing import Literal

from sqlglot import exp, parse_one

from jupyter_features.analysis.functions import EXACT_MERGE, EXACT_PART, EXACT_SUM, EXACT_TOTAL

Way = Literal["narrow", "wide", "plain"]
"""`plain` writes ordinary sums, for people to read and paste elsewhere."""

# In units of 2^-80 a number of magnitude 4e-9 or more is whole, and sums up to 2^47, 1.4e14, fit.
_NARROW_UNIT = float(2**80)
# In units of 2^-36 for the high part, and 2^-106 for the low part of what is left.
_HIGH_UNIT, _LOW_UNIT = float(2**36), float(2**70)
_LARGEST_WIDE = float(2**60)

_LOW_OF_X = f"((x * {_HIGH_UNIT!r} - TRUNC(x * {_HIGH_UNIT!r})) * {_LOW_UNIT!r})"
MACROS = (
    (
        f"__jf_fixed(x) AS CASE WHEN x * {_NARROW_UNIT!r} = TRUNC(x * {_NARROW_UNIT!r}) THEN CAST(x * {_NARROW_UNIT!r} AS HUGEINT)"
        " ELSE ERROR('a number does not fit') END"
    ),
    f"__jf_fits(x) AS ABS(x) < {_LARGEST_WIDE!r} AND {_LOW_OF_X} = TRUNC({_LOW_OF_X})",
    "__jf_other(x) AS CASE WHEN ISFINITE(x) AND NOT __jf_fits(x) THEN x END",
    f"__jf_high(x) AS CASE WHEN __jf_fits(x) THEN CAST(TRUNC(x * {_HIGH_UNIT!r}) AS HUGEINT) END",
    f"__jf_low(x) AS CASE WHEN __jf_fits(x) THEN CAST({_LOW_OF_X} AS HUGEINT) END",
    # The engine's own cast of a large integer is a few units off. What it leaves is added; a rest that is itself too long
    # for a double keeps its first bits, and one more that says whether others followed.
    (
        f"__jf_rest(r) AS CASE WHEN r BETWEEN {-(2**53)} AND {2**53} THEN CAST(r AS DOUBLE)"
        f" ELSE CAST((r >> 22) | (CASE WHEN (r & {2**22 - 1}) <> 0 THEN 1 ELSE 0 END) AS DOUBLE) * {float(2**22)!r} END"
    ),
    "__jf_rounded(n) AS CAST(n AS DOUBLE) + __jf_rest(n - CAST(CAST(n AS DOUBLE) AS HUGEINT))",
    f"__jf_narrow(n) AS __jf_rounded(n) * {1 / _NARROW_UNIT!r}",
    # A macro binds its argument anew wherever it names it; a lambda binds it once, which counts for long arguments. In HAVING
    # the engine takes p.n for a column of the rows, so fields are named by subscripts.
    (
        "__jf_pair(h, l) AS LIST_TRANSFORM(["
        f"CASE WHEN h BETWEEN {-(2**55)} AND {2**55}"
        f" THEN {{'n': h * CAST({2**70} AS HUGEINT) + l, 'unit': {1 / (_HIGH_UNIT * _LOW_UNIT)!r}}}"
        f" ELSE {{'n': (h + (l >> 70)) | (CASE WHEN (l & CAST({2**70 - 1} AS HUGEINT)) <> 0 THEN 1 ELSE 0 END),"
        f" 'unit': {1 / _HIGH_UNIT!r}}} END], LAMBDA p: __jf_rounded(p['n']) * p['unit'])[1]"
    ),
    (
        "__jf_wide(h, l, others, infinite) AS LIST_TRANSFORM("
        "[{'h': h, 'l': l, 'others': others, 'infinite': infinite}], LAMBDA w: CASE WHEN w['infinite'] IS NOT NULL THEN w['infinite']"
        " WHEN COALESCE(LEN(w['others']), 0) = 0 THEN __jf_pair(w['h'], w['l'])"
        " ELSE LIST_SUM(LIST_SORT(LIST_APPEND(w['others'], COALESCE(__jf_pair(w['h'], w['l']), 0.0)))) END)[1]"
    ),
)
"""Heads and bodies of the macros that the lowered text calls."""

_X = "__jf_x"
_PARTS = {
    "high": "SUM(__jf_high(__jf_x))",
    "low": "SUM(__jf_low(__jf_x))",
    "others": "LIST(__jf_x) FILTER (WHERE ISFINITE(__jf_x) AND NOT __jf_fits(__jf_x))",
    # Whatever the order, these add up to NaN or to an infinity.
    "infinite": "SUM(CASE WHEN NOT ISFINITE(__jf_x) THEN __jf_x END)",
}
# Before OVER, the operand may itself be an aggregate, which may not stand in a FILTER.
_OTHERS_OF_SUMS = "LIST_FILTER(LIST(__jf_other(__jf_x)), n -> NOT n IS NULL)"
_MERGED = {
    "high": "SUM(__jf_x.high)",
    "low": "SUM(__jf_x.low)",
    "others": "FLATTEN(LIST(__jf_x.others) FILTER (WHERE NOT __jf_x.others IS NULL))",
    "infinite": "SUM(__jf_x.infinite)",
}


def has_exact_sum(query: exp.Expr) -> bool:
    """Tell whether there is anything to lower."""
    return any(_is(node, EXACT_SUM, EXACT_TOTAL) for node in query.find_all(exp.Anonymous))


def lower(query: exp.Query, way: Way) -> exp.Query:
    """Say every exact sum in the engine's own functions; the query itself is left as it is."""
    lowered = query.copy()
    # Innermost first: one sum may stand inside another, before OVER.
    for node in reversed([node for node in lowered.find_all(exp.Anonymous) if _is(node, EXACT_SUM, EXACT_PART, EXACT_MERGE)]):
        whole: exp.Expr = node
        while isinstance(whole.parent, (exp.Filter, exp.Window)) and whole.arg_key == "this":
            whole = whole.parent
        operand = node.expressions[0].copy()
        if way == "wide":
            parts = _MERGED if _is(node, EXACT_MERGE) else _PARTS
            if operand.find(exp.AggFunc):
                parts = parts | {"others": _OTHERS_OF_SUMS}
            made = {name: _in_place(whole, node, parse_one(text, read="duckdb")) for name, text in parts.items()}
            part: exp.Expr = _struct({name: _filled(each, operand) for name, each in made.items()})
        else:
            fixed = _call("__jf_fixed", operand) if way == "narrow" and not _is(node, EXACT_MERGE) else operand
            part = _in_place(whole, node, exp.Sum(this=fixed))
        whole.replace(_total(part, way) if _is(node, EXACT_SUM) else part)
    for node in [node for node in lowered.find_all(exp.Anonymous) if _is(node, EXACT_TOTAL)]:
        node.replace(_total(node.expressions[0].copy(), way))
    return lowered


def _total(part: exp.Expr, way: Way) -> exp.Expr:
    if way == "plain":
        return part
    if way == "narrow":
        return _call("__jf_narrow", part)
    # A part that was just made is taken apart again without making it.
    fields = {each.this.name: each.expression for each in part.expressions} if isinstance(part, exp.Struct) else {}
    return _call(
        "__jf_wide", *(fields.get(name) or exp.Dot(this=exp.paren(part.copy()), expression=exp.to_identifier(name)) for name in _PARTS)
    )


def _in_place(whole: exp.Expr, node: exp.Expr, part: exp.Expr) -> exp.Expr:
    """Put the aggregate of a part under the FILTER and OVER that stand around a node."""
    aggregate = part.find(exp.Filter) or part.find(exp.Sum, exp.ArrayAgg)
    assert aggregate is not None
    wrapped = _wrapped(whole, node, aggregate.copy())
    if aggregate is part:
        return wrapped
    aggregate.replace(wrapped)
    return part


def _wrapped(whole: exp.Expr, node: exp.Expr, aggregate: exp.Expr) -> exp.Expr:
    if whole is node:
        return aggregate
    inner = _wrapped(whole.this, node, aggregate)
    if isinstance(whole, exp.Filter) and isinstance(inner, exp.Filter):
        both = exp.and_(whole.expression.this.copy(), inner.expression.this)
        return exp.Filter(this=inner.this, expression=exp.Where(this=both))
    around = whole.copy()
    around.set("this", inner)
    return around


def _filled(part: exp.Expr, operand: exp.Expr) -> exp.Expr:
    """Put the operand in place of `__jf_x`."""

    def fill(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name == _X:
            return exp.paren(operand.copy())
        if isinstance(node, exp.Column) and node.table == _X:
            return exp.Dot(this=exp.paren(operand.copy()), expression=node.this.copy())
        return node

    return part.transform(fill)


def _struct(fields: dict[str, exp.Expr]) -> exp.Struct:
    return exp.Struct(expressions=[exp.PropertyEQ(this=exp.to_identifier(name), expression=value) for name, value in fields.items()])


def _call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _is(node: exp.Expr, *names: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name in names
