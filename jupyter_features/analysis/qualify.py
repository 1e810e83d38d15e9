"""Qualify: every table is a declared source reference, every column belongs to one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.definitions.names import check_name
from jupyter_features.definitions.source import Source
from jupyter_features.errors import DefinitionError, InvalidNameError, did_you_mean


@dataclass(frozen=True)
class _Scope:
    """What names mean: SQL alias (lower case) -> (reference alias, source), in FROM order."""

    tables: Mapping[str, tuple[str, Source]]
    using: Mapping[str, str]


def qualify(source: SqlText, tree: exp.Select, references: Mapping[str, Source]) -> exp.Select:
    """Resolve every name.

    Parameters
    ----------
    references
        Source of each reference alias that the view declares.

    Returns
    -------
    exp.Select
        A new tree: tables are named by their reference alias, columns by `"alias"."column"` in the source's own
        spelling, USING is ON, positions and aliases in GROUP BY and HAVING are expanded, every output is named.

    Raises
    ------
    DefinitionError
        JF105 unknown table, JF106 unknown column, JF107 ambiguous column, JF108 bad output name,
        JF117 declared reference not read, JF124 a reference read twice.
    """
    tree = tree.copy()
    scope = _resolve_tables(source, tree, references)
    outputs: dict[str, exp.Expr] = {}
    projections = []
    for projection in tree.expressions:
        expression = _resolve_columns(source, projection.unalias(), scope, outputs)
        name = _output_name(source, projection, expression)
        if name.lower() in {known.lower() for known in outputs}:
            raise source.refuse("JF108", f"Two outputs are named {name!r}.", projection, hint="Give one another name with AS.")
        outputs[name] = expression
        projections.append(exp.alias_(expression, name, quoted=True))
    where = tree.args.get("where")
    if where:
        where.set("this", _resolve_columns(source, where.this, scope, outputs))
    group = tree.args.get("group")
    if group:
        group.set("expressions", [_resolve_group_key(source, key, scope, outputs) for key in group.expressions])
    having = tree.args.get("having")
    if having:
        having.set("this", _resolve_columns(source, having.this, scope, outputs))
    for join in tree.args.get("joins") or []:
        if join.args.get("on"):
            join.set("on", _resolve_columns(source, join.args["on"], scope, {}))
    tree.set("expressions", projections)
    return tree


def _resolve_tables(source: SqlText, tree: exp.Select, references: Mapping[str, Source]) -> _Scope:
    by_name = {alias.lower(): alias for alias in references}
    tables: dict[str, tuple[str, Source]] = {}
    using: dict[str, str] = {}
    read: set[str] = set()
    for node in [tree.args["from_"], *(tree.args.get("joins") or [])]:
        table = node.this
        alias = by_name.get(table.name.lower()) if not table.db else None
        if alias is None:
            raise source.refuse(
                "JF105",
                f"Source {table.name!r} is not declared for this view.",
                table,
                hint=did_you_mean(table.name, list(references)) or f"Declare it with --source {table.name}.",
            )
        if alias in read:
            raise source.refuse("JF124", f"{alias!r} is read twice.", table, hint=f"Reference it twice: --source '{alias} as other'.")
        read.add(alias)
        names = node.args.get("using")
        if names:
            node.set("on", _using_to_on(names, alias, references, tables, source))
            node.set("using", None)
            using.update({name.name.lower(): next(iter(tables.values()))[0] for name in names})
        tables[table.alias_or_name.lower()] = (alias, references[alias])
        node.set("this", exp.Table(this=_named_at(alias, table.this)))
    for alias in references:
        if alias not in read:
            raise source.refuse(
                "JF117", f"Source reference {alias!r} is declared but not read.", hint="Remove it from --source, or read it."
            )
    return _Scope(tables, using)


def _using_to_on(
    names: list[exp.Expr], alias: str, references: Mapping[str, Source], tables: Mapping[str, tuple[str, Source]], source: SqlText
) -> exp.Expr:
    conditions = []
    for name in names:
        left = [known for known, origin in tables.values() if _find(origin, name.name)]
        if not left or not _find(references[alias], name.name):
            raise source.refuse("JF106", f"USING column {name.name!r} is not in both sources.", name)
        conditions.append(exp.EQ(this=_unresolved(name, left[0]), expression=_unresolved(name, alias)))
    return exp.and_(*conditions)


def _unresolved(name: exp.Expr, alias: str) -> exp.Column:
    # A fixed table marker that _resolve_columns passes through, keeping the place of the written name.
    identifier = name.copy() if isinstance(name, exp.Identifier) else name.this.copy()
    column = exp.Column(this=identifier, table=exp.to_identifier(alias, quoted=True))
    column.meta["reference"] = alias
    return column


def _output_name(source: SqlText, projection: exp.Expr, expression: exp.Expr) -> str:
    if not isinstance(projection, exp.Alias) and not isinstance(projection, exp.Column):
        raise source.refuse("JF108", "An output has no name.", projection, hint="Name it: ... AS my_feature.")
    # A bare column goes by the name that its source spells.
    name = projection.alias if isinstance(projection, exp.Alias) else expression.alias_or_name
    try:
        return check_name("a feature", name)
    except InvalidNameError as error:
        node = projection.args["alias"] if isinstance(projection, exp.Alias) else projection
        raise source.refuse("JF108", error.message, node, hint=error.hint) from error


def _resolve_group_key(source: SqlText, key: exp.Expr, scope: _Scope, outputs: Mapping[str, exp.Expr]) -> exp.Expr:
    if isinstance(key, exp.Literal) and not key.is_string:
        position = int(key.this) if key.this.isdigit() else 0
        if not 1 <= position <= len(outputs):
            raise source.refuse("JF112", f"GROUP BY {key.this} is not a column of the SELECT.", key)
        return list(outputs.values())[position - 1].copy()
    return _resolve_columns(source, key, scope, outputs)


def _resolve_columns(source: SqlText, expression: exp.Expr, scope: _Scope, outputs: Mapping[str, exp.Expr]) -> exp.Expr:
    def resolve(node: exp.Expr) -> exp.Expr:
        return _resolve_column(source, node, scope, outputs) if isinstance(node, exp.Column) else node

    return expression.transform(resolve)


def _resolve_column(source: SqlText, column: exp.Column, scope: _Scope, outputs: Mapping[str, exp.Expr]) -> exp.Expr:
    name = column.name
    if column.table:
        return _resolve_qualified(source, column, scope)
    owners = [(alias, origin) for alias, origin in scope.tables.values() if _find(origin, name)]
    if name.lower() in scope.using:
        owners = [owner for owner in owners if owner[0] == scope.using[name.lower()]]
    if len(owners) > 1:
        raise source.refuse(
            "JF107",
            f"Column {name!r} is in {' and '.join(repr(alias) for alias, _ in owners)}.",
            column,
            hint=f"Write {owners[0][0]}.{name}.",
        )
    if owners:
        return _column(owners[0], column)
    for output, expression in outputs.items():
        if output.lower() == name.lower():
            return exp.paren(expression.copy()) if not isinstance(expression, exp.Column) else expression.copy()
    raise _unknown_column(source, column, [origin for _, origin in scope.tables.values()])


def _resolve_qualified(source: SqlText, column: exp.Column, scope: _Scope) -> exp.Expr:
    if "reference" in column.meta:
        owner = next(owner for owner in scope.tables.values() if owner[0] == column.meta["reference"])
        return _column(owner, column)
    found = scope.tables.get(column.table.lower())
    if found is None:
        raise source.refuse("JF105", f"{column.table!r} is not in FROM.", column, hint=did_you_mean(column.table, list(scope.tables)))
    if not _find(found[1], column.name):
        raise _unknown_column(source, column, [found[1]])
    return _column(found, column)


def _column(owner: tuple[str, Source], written: exp.Column) -> exp.Column:
    alias, origin = owner
    identifier = _named_at(_find(origin, written.name) or written.name, written.this)
    return exp.Column(this=identifier, table=exp.to_identifier(alias, quoted=True))


def _named_at(name: str, written: exp.Expr) -> exp.Identifier:
    """Make a quoted identifier that remembers where it was written."""
    identifier = exp.Identifier(this=name, quoted=True)
    identifier.meta.update(written.meta)
    return identifier


def _find(origin: Source, name: str) -> str | None:
    return next((column.name for column in origin.columns if column.name.lower() == name.lower()), None)


def _unknown_column(source: SqlText, column: exp.Column, origins: list[Source]) -> DefinitionError:
    known = [name for origin in origins for name in origin.column_names]
    where = " or ".join(repr(origin.name) for origin in origins)
    hint = did_you_mean(column.name, known) or f"Columns: {', '.join(known[:12])}."
    return source.refuse("JF106", f"There is no column {column.name!r} in {where}.", column.this, hint=hint)
