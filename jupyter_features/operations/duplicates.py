"""Find duplicates: what is published already that a view says again, or nearly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.probe_signature import ProbeSignature
from jupyter_features.errors import JupyterFeaturesError
from jupyter_features.operations.probing.answers import Prober
from jupyter_features.operations.signature import sign
from jupyter_features.operations.similarity.candidates import Candidates, Likeness
from jupyter_features.operations.similarity.confirmation import Confirmed, Confirmer
from jupyter_features.operations.similarity.known import Known
from jupyter_features.operations.similarity.related import related
from jupyter_features.operations.similarity.report import KINDS, Duplicates, Finding, Kind, Match

# Each costs two evaluations of two views; the likest come first.
_MOST_RECOMPUTED = 6
_MOST_SHOWN = 5


def find_duplicates(
    view: CompiledView, known: Sequence[Known], *, signature: ProbeSignature | None = None, prober: Prober | None = None
) -> Duplicates:
    """Search known views for what a view says.

    Parameters
    ----------
    known
        One entry per published version to search. Versions of the view itself are left out: a new one replaces them.
    signature
        The view's own, if it is known already.
    prober
        Where to compute; None opens one for this call.

    Returns
    -------
    Duplicates
        `same definition`: equal fingerprints. `same values`: a feature whose answers on the probe are the same, also on rows
        made from the literals of both definitions. `near`: rank correlation of at least 0.98 on the probe. `related`: other
        values, yet much the same columns and words. Views without a common source are at most related.
    """
    if prober is None:
        with Prober() as opened:
            return find_duplicates(view, known, signature=signature, prober=opened)
    own = signature if signature is not None else sign(view, prober)
    others = [each for each in known if each.name != view.name]
    likenesses = _likenesses(own, others)
    same_definition = {place for place, each in enumerate(others) if each.fingerprint == view.fingerprint}
    outcomes, remark = _confirm(view, others, {place: each for place, each in likenesses.items() if place not in same_definition}, prober)
    found = [_same_definition(others[place], view) for place in sorted(same_definition)]
    by_values = (_finding(others[place], each, outcomes.get(place)) for place, each in likenesses.items() if place not in same_definition)
    found += [finding for finding in by_values if finding is not None]
    named = {finding.reference for finding in found}
    found += [each for each in related(own, others) if each.reference not in named]
    unsigned = f"{view.name} cannot be computed on made-up rows: {own.failure}" if own.failure else ""
    return Duplicates(view.name, view.feature_names, _best(found), len(others), unsigned or remark)


def _likenesses(own: ProbeSignature, others: Sequence[Known]) -> dict[int, list[Likeness]]:
    """Gather what is alike by known view, those with the most features that may be the same first."""
    candidates = Candidates(own, others)
    gathered: dict[int, list[Likeness]] = {}
    for feature in own.features:
        for likeness in candidates.alike(feature):
            gathered.setdefault(likeness.place, []).append(likeness)

    def rank(item: tuple[int, list[Likeness]]) -> tuple[int, bool, str]:
        place, alike = item
        return (-len({each.feature for each in alike if each.may_be_same}), others[place].state != "certified", others[place].reference)

    return dict(sorted(gathered.items(), key=rank))


@dataclass(frozen=True)
class _NotCalled:
    """A function of another team: its stored answers speak for it."""


_Outcome = Mapping[tuple[str, str], Confirmed] | _NotCalled | str
"""Pairs of features that were computed once more, or why they were not."""


def _confirm(
    view: CompiledView, others: Sequence[Known], likenesses: Mapping[int, Sequence[Likeness]], prober: Prober
) -> tuple[dict[int, _Outcome], str]:
    confirmer = Confirmer(view, prober)
    to_confirm = [place for place, alike in likenesses.items() if any(each.may_be_same for each in alike)]
    outcomes: dict[int, _Outcome] = {}
    for place in to_confirm[:_MOST_RECOMPUTED]:
        pairs = [(each.feature, each.other) for each in likenesses[place] if each.may_be_same]
        try:
            other = others[place].load()
            if other.definition.python and not others[place].is_own:
                outcomes[place] = _NotCalled()
            else:
                outcomes[place] = {(each.feature, each.other): each for each in confirmer.confirm(other, pairs)}
        except JupyterFeaturesError as error:
            outcomes[place] = error.message
        except Exception as error:  # noqa: BLE001  # what others have published must not stop a plan, whatever it is
            outcomes[place] = f"it fails with a {type(error).__name__}"
    left = len(to_confirm) - len(outcomes)
    return outcomes, f"{left:,} more with the same values on the stored probe, not computed once more" if left > 0 else ""


def _same_definition(known: Known, view: CompiledView) -> Finding:
    matches = tuple(Match(name, name, "same definition", "same fingerprint") for name in view.feature_names)
    return Finding(known.reference, known.owner, known.state, "same definition", matches, f"same fingerprint {known.fingerprint[:12]}")


def _finding(known: Known, alike: Sequence[Likeness], outcome: _Outcome | None) -> Finding | None:
    found = (_match(each, outcome) for each in alike)
    # One counterpart for each feature, the best.
    best: dict[str, Match] = {}
    for match in sorted((each for each in found if each), key=lambda each: KINDS.index(each.kind)):
        best.setdefault(match.feature, match)
    if not best:
        return None
    matches = tuple(best.values())
    return Finding(known.reference, known.owner, known.state, matches[0].kind, matches, f"{matches[0].feature}: {matches[0].evidence}")


def _match(likeness: Likeness, outcome: _Outcome | None) -> Match | None:
    alike = f"rank correlation {likeness.correlation:.3f} on {likeness.rows:,} probe rows"
    if not likeness.may_be_same:
        return Match(likeness.feature, likeness.other, "near", alike)
    if outcome is None:
        return Match(likeness.feature, likeness.other, "near", "same values on the stored probe, not computed once more")
    if isinstance(outcome, _NotCalled):
        kind: Kind = "same values" if likeness.rows else "near"
        told = f"same values on {likeness.rows:,} stored probe rows; a function of another team is not called to look closer"
        return Match(likeness.feature, likeness.other, kind, told)
    if isinstance(outcome, str):
        return Match(likeness.feature, likeness.other, "near", f"same values on the stored probe, not on other rows: {outcome}")
    confirmed = outcome[likeness.feature, likeness.other]
    if confirmed.is_same:
        return Match(likeness.feature, likeness.other, "same values", f"same values on {confirmed.rows:,} probe rows")
    if not confirmed.differing:
        # One value throughout is too little evidence, whatever it is.
        return None
    return Match(
        likeness.feature, likeness.other, "near", f"{confirmed.differing:,} of {confirmed.rows:,} probe rows differ, at the query's limits"
    )


def _best(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Keep all exact findings, and the few strongest of the others."""
    ordered = sorted(findings, key=lambda each: (KINDS.index(each.kind), -len(each.exact_features), -len(each.matches)))
    exact = [each for each in ordered if each.is_exact]
    rest = [[each for each in ordered if each.kind == kind][:_MOST_SHOWN] for kind in KINDS[2:]]
    return (*exact, *(each for kind in rest for each in kind))
