"""The constants plan: one instant for everybody, for requests, materialization and previews."""

from __future__ import annotations

from sqlglot import exp

from jupyter_features.compiler.newest import newest_instant, newest_rows
from jupyter_features.compiler.normal_form import Relation, bind_as_of, bind_tables, load
from jupyter_features.compiler.visibility import column, visible
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import SourceReference

AS_OF_PARAMETER = "as_of"
KEYS_TABLE = "__jf_keys"


def constants_plan(view: CompiledView, relation: Relation, *, keys: bool = False) -> exp.Query:
    """Bind Q to one instant.

    Parameters
    ----------
    keys
        Restrict every source of the entity to the join keys in table `__jf_keys`, whose columns are named like the entity's keys.

    Returns
    -------
    exp.Query
        One row per entity with visible rows: the join keys and features of the view, in SELECT order. The
        instant is the parameter `as_of`, a TIMESTAMP in UTC.
    """
    as_of = exp.cast(exp.Placeholder(this=AS_OF_PARAMETER), exp.DType.TIMESTAMP)

    def bind(reference: SourceReference, source: Source) -> exp.Select:
        table, is_keyed = relation(source), source.is_keyed_by(view.entity)
        conditions = visible(source, "s", as_of, reference.lookback, is_keyed=is_keyed)
        restricted = [*conditions, _among_keys(source)] if keys and is_keyed else conditions
        if source.kind != "state":
            rows = exp.select(*(column("s", name) for name in source.column_names), copy=False)
            return rows.from_(exp.table_(table, alias="s"), copy=False).where(*restricted, copy=False)
        own = [column("s", name) for name in source.key_columns]
        named = [exp.alias_(column("s", name), key, quoted=True) for key, name in source.key]
        latest = exp.select(*named, newest_instant(source), copy=False).from_(exp.table_(table, alias="s"), copy=False)
        # Copied, because the lookup asks the same conditions once more.
        latest = latest.where(*restricted).group_by(*own, copy=False)
        return newest_rows(source, table, latest, carried=(), conditions=conditions)

    return bind_tables(bind_as_of(load(view), lambda _: as_of.copy()), view, bind)


def _among_keys(source: Source) -> exp.Expr:
    own = [column("s", name) for _, name in source.key]
    wanted = exp.select(*(column("k", key) for key, _ in source.key)).from_(exp.to_table(KEYS_TABLE).as_("k"))
    left = own[0] if len(own) == 1 else exp.Tuple(expressions=own)
    return exp.In(this=left, query=wanted.subquery())
