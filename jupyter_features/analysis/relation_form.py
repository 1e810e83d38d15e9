"""The form of a relation: a table or subquery under a name, and nothing that turns, samples or renames it."""

from __future__ import annotations

from sqlglot import exp

from jupyter_features.analysis.sql_text import SqlText

_PARTS = {exp.Table: {"this", "alias", "db", "catalog"}, exp.Subquery: {"this", "alias"}}
_SAID = {"sample": "TABLESAMPLE", "pivots": "PIVOT", "laterals": "LATERAL", "joins": "A join in parentheses"}


def check_relation(source: SqlText, relation: exp.Table | exp.Subquery) -> None:
    """Refuse what would be lost, or would give columns another meaning.

    Raises
    ------
    DefinitionError
        JF114 a sample, JF190 anything else beside a name, such as PIVOT or column names after it.
    """
    alias = relation.args.get("alias")
    if isinstance(alias, exp.TableAlias) and alias.columns:
        raise source.refuse(
            "JF190", "Column names after a relation are not covered yet.", alias, hint="Name the columns inside a subquery: SELECT x AS y."
        )
    for name in sorted(set(relation.args) - _PARTS[type(relation)]):
        if relation.args[name]:
            rule = "JF114" if name == "sample" else "JF190"
            raise source.refuse(rule, f"{_SAID.get(name, name.upper())} is not covered here.", relation, hint="Read the relation itself.")
