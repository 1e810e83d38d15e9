"""What was found to be alike, in words, and whether it must be explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jupyter_features.card import Card, Detail, Displayed, Table

Kind = Literal["same definition", "same values", "near", "related"]
KINDS: tuple[Kind, ...] = ("same definition", "same values", "near", "related")
"""From the strongest to the weakest."""
_EXACT: tuple[Kind, ...] = ("same definition", "same values")


@dataclass(frozen=True)
class Match:
    """One feature of the new view and its counterpart; `evidence` says what they share, such as `rank correlation 0.998`."""

    feature: str
    other: str
    kind: Kind
    evidence: str


@dataclass(frozen=True)
class Finding:
    """One known view that is alike.

    Parameters
    ----------
    reference
        Pinned, such as `customer_value@3`.
    kind
        The strongest of its matches.
    matches
        Feature by feature, in the order of the new view; empty if the views are only related.
    evidence
        What the views as wholes have in common.
    """

    reference: str
    owner: str
    state: str
    kind: Kind
    matches: tuple[Match, ...]
    evidence: str

    @property
    def is_exact(self) -> bool:
        """Tell whether it says something that is known already."""
        return self.kind in _EXACT

    @property
    def exact_features(self) -> tuple[str, ...]:
        """Features of the new view that this one has already."""
        return tuple(dict.fromkeys(match.feature for match in self.matches if match.kind in _EXACT))


@dataclass(frozen=True)
class Duplicates(Displayed):
    """Everything known that is like a view, the likest first.

    Parameters
    ----------
    features
        Names of the view's features.
    searched
        Number of known views that were searched.
    remark
        Why values were not compared, or not all of them; empty if they were.
    """

    view: str
    features: tuple[str, ...]
    findings: tuple[Finding, ...]
    searched: int
    remark: str = ""

    @property
    def must_explain(self) -> bool:
        """Tell whether publishing needs a reason: a known view has the same definition, or a feature with the same values."""
        return any(finding.is_exact for finding in self.findings)

    @property
    def exact(self) -> tuple[Finding, ...]:
        """The findings that must be explained."""
        return tuple(finding for finding in self.findings if finding.is_exact)

    def blocker(self) -> str:
        """Say what stands against publishing without a reason; empty if nothing does."""
        if not self.exact:
            return ""
        first = self.exact[0]
        names, owner = first.exact_features, f" of {first.owner}" if first.owner else ""
        what = "this very definition" if first.kind == "same definition" else f"the values of {', '.join(names)}"
        others = f", and {len(self.exact) - 1} more" if len(self.exact) > 1 else ""
        return f"{first.reference}{owner} has {what} already{others}; use it, or give a reason to go on"

    def card(self) -> Card:
        """Show each finding, and each pair of features folded away."""
        facts = [("Searched", f"{self.searched:,} published view{'' if self.searched == 1 else 's'}")]
        facts += [("Not compared", self.remark)] if self.remark else []
        rows = tuple((each.kind, each.reference, each.owner or "-", _said(each, len(self.features))) for each in self.findings)
        pairs = tuple(
            (match.feature, f"{each.reference}:{match.other}", match.evidence) for each in self.findings for match in each.matches
        )
        return Card(
            title=f"What is like {self.view}",
            label=self._label(),
            state="warning" if self.must_explain else "ok",
            facts=facts,
            tables=(Table(("likeness", "view", "owner", "evidence"), rows),) if rows else (),
            details=(Detail("Feature by feature", Table(("feature", "known feature", "evidence"), pairs)),) if pairs else (),
            next_step=f"use {self.exact[0].reference}, or publish with a reason" if self.exact else "",
        )

    def _label(self) -> str:
        counts = [(kind, sum(finding.kind == kind for finding in self.findings)) for kind in KINDS]
        return ", ".join(f"{count} {kind}" for kind, count in counts if count) or "nothing"


def _said(finding: Finding, features: int) -> str:
    exact = len(finding.exact_features)
    if finding.kind == "same values":
        return f"{exact} of {features} feature{'' if features == 1 else 's'}: {finding.matches[0].evidence}"
    return finding.evidence
