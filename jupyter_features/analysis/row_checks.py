"""Row checks: what of a SELECT keeps one row, shared by the scopes of an entity and those of everybody."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlglot import exp

from jupyter_features.analysis.functions import TIE_SENSITIVE, is_aggregate
from jupyter_features.analysis.scopes import is_windowed
from jupyter_features.analysis.sql_text import SqlText


def check_grouped(source: SqlText, node: exp.Expr, written: set[str]) -> None:
    """Refuse a column that is neither grouped by nor inside an aggregate.

    Parameters
    ----------
    written
        The expressions that are grouped by, as SQL.

    Raises
    ------
    DefinitionError
        JF111.
    """
    is_aggregated = is_aggregate(node) or isinstance(node, exp.Filter)
    if (is_aggregated and not is_windowed(node)) or node.sql() in written:
        return
    if isinstance(node, exp.Column):
        raise source.refuse(
            "JF111", f"Column {node.name!r} has many values per entity here.", node.this, hint=f"Aggregate it, such as MAX({node.name})."
        )
    for child in node.iter_expressions():
        check_grouped(source, child, written)


def check_window_order(source: SqlText, window: exp.Window) -> None:
    """Refuse a window whose answer depends on an order that it does not say.

    Raises
    ------
    DefinitionError
        JF121.
    """
    spec = window.args.get("spec")
    counts_rows = spec is not None and spec.args.get("kind") in ("ROWS", "GROUPS")
    if (isinstance(window.this, TIE_SENSITIVE) or counts_rows) and not window.args.get("order"):
        raise source.refuse("JF121", "This window has no order, so any row may come first.", window, hint="Add ORDER BY.")
    if isinstance(window.this, TIE_SENSITIVE) and spec is not None and _has_offset(spec):
        raise source.refuse(
            "JF121", "A RANGE frame does not tell rows of one instant apart, so any may come first.", window, hint="Use ROWS."
        )


def check_join_form(source: SqlText, join: exp.Join, *, allow_cross: bool) -> None:
    """Refuse joins that keep rows of the right side without a partner, and forms of other engines.

    Raises
    ------
    DefinitionError
        JF116.
    """
    side, kind = (join.side or "").upper(), (join.kind or "").upper()
    kinds = ("", "INNER", "OUTER", *(("CROSS",) if allow_cross else ()))
    if side not in ("", "LEFT") or kind not in kinds or join.method or (kind == "OUTER" and side != "LEFT"):
        written = " ".join(filter(None, (join.method, side, kind)))
        raise source.refuse("JF116", f"{written} JOIN is not covered.", join, hint="Use JOIN or LEFT JOIN by the join key.")


def sides_equal_to_number(part: exp.Expr) -> list[exp.Expr]:
    """Give the other side of `... = 1`, in either order."""
    if not isinstance(part, exp.EQ):
        return []
    sides = [(part.this, part.expression), (part.expression, part.this)]
    return [side.unnest() for side, other in sides if isinstance(other, exp.Literal) and not other.is_string]


def pinned_columns(conditions: Iterable[exp.Expr], alias: str, by: Collection[str]) -> set[str]:
    """Name the columns of a relation that an equality fixes to one value.

    Parameters
    ----------
    conditions
        Those that must all hold, with types where they are known.
    by
        The relations whose columns, beside constants, may make the value.
    """
    found = set()
    for part in conditions:
        if not isinstance(part, exp.EQ):
            continue
        for side, other in ((part.this.unnest(), part.expression), (part.expression.unnest(), part.this)):
            is_fixed = all(column.table in by for column in other.find_all(exp.Column)) and not mixes_text(part)
            if isinstance(side, exp.Column) and side.table == alias and is_fixed:
                found.add(side.name)
    return found


def mixes_text(part: exp.Expr) -> bool:
    """Tell whether an annotated equality is not one to one: the texts '1' and '01' both equal the number 1."""
    if not isinstance(part, exp.EQ):
        return False
    sides = [side for side in (part.this, part.expression) if side.type is not None and not side.is_type(exp.DType.UNKNOWN, exp.DType.NULL)]
    return len({side.is_type(*exp.DataType.TEXT_TYPES) for side in sides}) > 1


def _has_offset(spec: exp.Expr) -> bool:
    """Tell whether a RANGE frame begins or ends at a distance, such as 7 days before."""
    return spec.args.get("kind") == "RANGE" and any(isinstance(spec.args.get(side), exp.Expr) for side in ("start", "end"))
