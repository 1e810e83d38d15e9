"""The lookup plan: the rows of a state at its newest instant, read once and handed on as they are.

A view that only names columns of one state is asked most often, and its rows mostly are the only ones of their instant.
To rank them for the few that are not, a plan must hold all columns of all rows at once. This one finds the instants from
two narrow columns, and leaves ties to whoever asks: a question with two answers is asked again by the spine plan.
"""

from __future__ import annotations

from sqlglot import exp

from jupyter_features.analysis.scopes import readers
from jupyter_features.compiler.newest import rows_at_newest
from jupyter_features.compiler.normal_form import Relation, load
from jupyter_features.compiler.spine import spine_plan
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.errors import PlanNotCoveredError

_CLAUSES = ("where", "group", "having", "qualify", "distinct")


def lookup_plan(view: CompiledView, relation: Relation) -> exp.Query:
    """Bind Q to the rows of table `__jf_spine`.

    Returns
    -------
    exp.Query
        As of `spine_plan` for each spine row that has one row; for one whose newest rows tie, one row for each of them.

    Raises
    ------
    PlanNotCoveredError
        If the view does more than name columns of one state source of its entity: then a tie might not show.
    """
    if not is_lookup(view):
        raise PlanNotCoveredError("lookup", "the view does more than name columns of one state source")
    return spine_plan(view, relation, newest=rows_at_newest)


def is_lookup(view: CompiledView) -> bool:
    """Tell whether the view names columns of one state source of its entity, and nothing else: then a tie shows, and cannot fail."""
    if any(source.kind != "state" or not source.is_keyed_by(view.entity) for source in view.sources):
        return False
    query = load(view)
    if not isinstance(query, exp.Select) or len(readers(query)) > 1 or any(query.args.get(clause) for clause in _CLAUSES):
        return False
    # What is computed of a row could fail, such as a cast, and the rows of a tie that do not count must not.
    is_plain = all(isinstance(projection.unalias(), exp.Column) for projection in query.expressions)
    return is_plain and isinstance(readers(query)[0].this, exp.Table)
