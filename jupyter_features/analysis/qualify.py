"""Qualify: every table is a declared source reference, every column belongs to one relation of its scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from jupyter_features.analysis.scopes import readers
from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.definitions.names import check_name
from jupyter_features.definitions.source import Source
from jupyter_features.errors import DefinitionError, InvalidNameError, did_you_mean


@dataclass(frozen=True)
class _Relation:
    """A table or subquery of one scope: its name there, what people call it, and its columns."""

    alias: str
    noun: str
    columns: tuple[str, ...]

    def find(self, name: str) -> str | None:
        """Give the column's own spelling; None if there is no such column."""
        return next((column for column in self.columns if column.lower() == name.lower()), None)


@dataclass
class _Scope:
    """What names mean in one SELECT: relations by lower-case alias in FROM order, and the owner of each USING column."""

    relations: dict[str, _Relation] = field(default_factory=dict)
    using: dict[str, _Relation] = field(default_factory=dict)


def qualify(source: SqlText, query: exp.Query, references: Mapping[str, Source]) -> exp.Query:
    """Resolve every name.

    Parameters
    ----------
    query
        A query without common table expressions.
    references
        Source of each reference alias that the view declares.

    Returns
    -------
    exp.Query
        A new tree: tables carry their reference alias as name and an alias of their scope, columns are
        `"alias"."column"` in the source's own spelling, USING is ON, positions and aliases in GROUP BY, HAVING and
        QUALIFY are expanded, every output is named, and the branches of a UNION name theirs alike.

    Raises
    ------
    DefinitionError
        JF105 unknown table, JF106 unknown column, JF107 ambiguous column, JF108 bad output name,
        JF117 declared reference not read, JF124 two relations of one name, JF129 UNION of other widths.
    """
    query = query.copy()
    read: set[str] = set()
    _qualify_query(source, query, references, read)
    for alias in references:
        if alias not in read:
            raise source.refuse(
                "JF117", f"Source reference {alias!r} is declared but not read.", hint="Remove it from --source, or read it."
            )
    return query


def _qualify_query(source: SqlText, query: exp.Expr, references: Mapping[str, Source], read: set[str]) -> tuple[str, ...]:
    """Qualify in place; give the names of the outputs."""
    if not isinstance(query, exp.SetOperation):
        assert isinstance(query, exp.Select)
        return _qualify_select(source, query, references, read)
    left = _qualify_query(source, query.this, references, read)
    width = len(query.expression.selects)
    if len(left) != width:
        raise source.refuse(
            "JF129",
            f"One branch of the UNION has {len(left)} columns, the other {width}.",
            query.expression,
            hint="Columns are matched by position.",
        )
    _name_by_position(query.expression, left)
    _qualify_query(source, query.expression, references, read)
    for projection, name in zip(query.expression.selects, left, strict=True):
        projection.set("alias", exp.to_identifier(name, quoted=True))
    return left


def _name_by_position(branch: exp.Query, names: tuple[str, ...]) -> None:
    """Name the outputs of a later branch that have no name of their own, as SQL does."""
    named = [
        projection if isinstance(projection, (exp.Alias, exp.Column)) else exp.alias_(projection, name, quoted=True)
        for projection, name in zip(branch.selects, names, strict=True)
    ]
    branch.set("expressions", named)


def _qualify_select(source: SqlText, select: exp.Select, references: Mapping[str, Source], read: set[str]) -> tuple[str, ...]:
    scope = _Scope()
    for node in readers(select):
        _add_relation(source, node, scope, references, read)
    outputs: dict[str, exp.Expr] = {}
    projections = []
    for projection in select.expressions:
        expression = _resolve_columns(source, projection.unalias(), scope, outputs)
        name = _output_name(source, projection, expression)
        if name.lower() in {known.lower() for known in outputs}:
            raise source.refuse("JF108", f"Two outputs are named {name!r}.", projection, hint="Give one another name with AS.")
        outputs[name] = expression
        projections.append(exp.alias_(expression, name, quoted=True))
    _resolve_clauses(source, select, scope, outputs)
    select.set("expressions", projections)
    return tuple(outputs)


def _resolve_clauses(source: SqlText, select: exp.Select, scope: _Scope, outputs: Mapping[str, exp.Expr]) -> None:
    for name in ("where", "having", "qualify"):
        clause = select.args.get(name)
        if clause:
            clause.set("this", _resolve_columns(source, clause.this, scope, outputs))
    group = select.args.get("group")
    if group:
        group.set("expressions", [_resolve_group_key(source, key, scope, outputs) for key in group.expressions])
    for join in select.args.get("joins") or []:
        if join.args.get("on"):
            join.set("on", _resolve_columns(source, join.args["on"], scope, {}))


def _add_relation(source: SqlText, node: exp.Expr, scope: _Scope, references: Mapping[str, Source], read: set[str]) -> None:
    written = node.this
    relation = _subquery(source, written, references, read) if isinstance(written, exp.Subquery) else _table(source, node, references, read)
    if relation.alias.lower() in scope.relations:
        raise source.refuse("JF124", f"Two relations here are named {relation.alias!r}.", written, hint="Give one another name with AS.")
    names = node.args.get("using")
    if names:
        node.set("on", exp.and_(*(_using(source, name, relation, scope) for name in names)))
        node.set("using", None)
    scope.relations[relation.alias.lower()] = relation


def _table(source: SqlText, node: exp.Expr, references: Mapping[str, Source], read: set[str]) -> _Relation:
    table = node.this
    known = {alias.lower(): alias for alias in references}
    reference = known.get(table.name.lower()) if not table.db else None
    if reference is None:
        raise source.refuse(
            "JF105",
            f"Source {table.name!r} is not declared for this view.",
            table,
            hint=did_you_mean(table.name, list(references)) or f"Declare it with --source {table.name}.",
        )
    read.add(reference)
    alias = table.alias or reference
    node.set("this", exp.Table(this=_named_at(reference, table.this), alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True))))
    return _Relation(alias, reference, references[reference].column_names)


def _subquery(source: SqlText, subquery: exp.Subquery, references: Mapping[str, Source], read: set[str]) -> _Relation:
    alias = subquery.alias
    if not alias or subquery.args["alias"].columns:
        raise source.refuse(
            "JF105", "A subquery in FROM needs a name, and names its columns inside.", subquery, hint="Write (SELECT ...) AS name."
        )
    columns = _qualify_query(source, subquery.this, references, read)
    subquery.args["alias"].set("this", exp.to_identifier(alias, quoted=True))
    return _Relation(alias, alias, columns)


def _using(source: SqlText, name: exp.Expr, relation: _Relation, scope: _Scope) -> exp.Expr:
    merged = scope.using.get(name.name.lower())
    owners = [merged] if merged else [known for known in scope.relations.values() if known.find(name.name)]
    if not owners or not relation.find(name.name):
        raise source.refuse("JF106", f"USING column {name.name!r} is not on both sides.", name)
    owner, *others = owners
    if others:
        found = " and ".join(repr(each.alias) for each in owners)
        hint = f"Write ON {owner.alias}.{name.name} = {relation.alias}.{name.name}."
        raise source.refuse("JF107", f"USING column {name.name!r} is in {found}.", name, hint=hint)
    scope.using[name.name.lower()] = owner
    identifier = name if isinstance(name, exp.Identifier) else name.this
    return exp.EQ(this=_column(owner, identifier), expression=_column(relation, identifier))


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
    return _resolve_columns(source, key, scope, outputs).unnest()


def _resolve_columns(source: SqlText, expression: exp.Expr, scope: _Scope, outputs: Mapping[str, exp.Expr]) -> exp.Expr:
    def resolve(node: exp.Expr) -> exp.Expr:
        # What USING made is resolved already.
        if isinstance(node, exp.Column) and not node.meta.get("is_resolved"):
            return _resolve_column(source, node, scope, outputs)
        return node

    return expression.transform(resolve)


def _resolve_column(source: SqlText, column: exp.Column, scope: _Scope, outputs: Mapping[str, exp.Expr]) -> exp.Expr:
    name = column.name
    if column.table:
        return _resolve_qualified(source, column, scope)
    owners = [relation for relation in scope.relations.values() if relation.find(name)]
    if name.lower() in scope.using:
        owners = [scope.using[name.lower()]]
    if len(owners) > 1:
        found = " and ".join(repr(owner.alias) for owner in owners)
        raise source.refuse("JF107", f"Column {name!r} is in {found}.", column, hint=f"Write {owners[0].alias}.{name}.")
    if owners:
        return _column(owners[0], column.this)
    for output, expression in outputs.items():
        if output.lower() == name.lower():
            return expression.copy() if isinstance(expression, exp.Column) else exp.paren(expression.copy())
    raise _unknown_column(source, column, list(scope.relations.values()))


def _resolve_qualified(source: SqlText, column: exp.Column, scope: _Scope) -> exp.Expr:
    relation = scope.relations.get(column.table.lower())
    if relation is None:
        raise source.refuse("JF105", f"{column.table!r} is not in FROM.", column, hint=did_you_mean(column.table, list(scope.relations)))
    if not relation.find(column.name):
        raise _unknown_column(source, column, [relation])
    return _column(relation, column.this)


def _column(relation: _Relation, written: exp.Expr) -> exp.Column:
    identifier = _named_at(relation.find(written.name) or written.name, written)
    column = exp.Column(this=identifier, table=exp.to_identifier(relation.alias, quoted=True))
    column.meta["is_resolved"] = True
    return column


def _named_at(name: str, written: exp.Expr) -> exp.Identifier:
    """Make a quoted identifier that remembers where it was written."""
    identifier = exp.Identifier(this=name, quoted=True)
    identifier.meta.update(written.meta)
    return identifier


def _unknown_column(source: SqlText, column: exp.Column, relations: list[_Relation]) -> DefinitionError:
    known = [name for relation in relations for name in relation.columns]
    where = " or ".join(repr(relation.noun) for relation in relations)
    hint = did_you_mean(column.name, known) or f"Columns: {', '.join(known[:12])}."
    return source.refuse("JF106", f"There is no column {column.name!r} in {where}.", column.this, hint=hint)
