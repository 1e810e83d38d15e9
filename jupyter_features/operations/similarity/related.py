"""Related views: much the same columns, and much the same words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jupyter_features.definitions.probe_signature import ProbeSignature
from jupyter_features.operations.similarity.known import Known
from jupyter_features.operations.similarity.report import Finding

RELATED = 0.5
_COLUMNS_WEIGHT = 0.7
_MOST_NAMED = 3
_MOST = 10


def related(own: ProbeSignature, others: Sequence[Known]) -> list[Finding]:
    """Find views by columns and words, the closest first, at most ten.

    Notes
    -----
    The score is 0.7 J(columns) + 0.3 J(words) for the share J of what two sets have in common (Jaccard, 1901); at least 0.5.
    Without a common column, words alone are not enough.
    """
    columns, words = frozenset(own.columns), frozenset(own.words)
    scored = []
    for place, each in enumerate(others):
        if each.signature is None or columns.isdisjoint(each.signature.columns):
            continue
        score = _COLUMNS_WEIGHT * _jaccard(columns, each.signature.columns) + (1 - _COLUMNS_WEIGHT) * _jaccard(words, each.signature.words)
        if score >= RELATED:
            scored.append((-score, place))
    return [_finding(others[place], columns, words) for _, place in sorted(scored)[:_MOST]]


def _jaccard(left: frozenset[str], right: Iterable[str]) -> float:
    other = frozenset(right)
    return len(left & other) / max(1, len(left | other))


def _finding(known: Known, columns: frozenset[str], words: frozenset[str]) -> Finding:
    assert known.signature is not None
    evidence = f"reads {_listed(columns & frozenset(known.signature.columns))} too"
    shared = words & frozenset(known.signature.words)
    if shared:
        evidence += f"; also says {_listed(shared)}"
    return Finding(known.reference, known.owner, known.state, "related", (), evidence)


def _listed(names: Iterable[str]) -> str:
    ordered = sorted(names)
    more = f" and {len(ordered) - _MOST_NAMED} more" if len(ordered) > _MOST_NAMED else ""
    return ", ".join(ordered[:_MOST_NAMED]) + more
