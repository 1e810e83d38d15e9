"""Published feature views as cards: many in a table, one in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from jupyter_features.card import Card, Detail, Table, format_value
from jupyter_features.clock import format_instant
from jupyter_features.definitions.listing import ViewDetail, ViewPage, ViewSummary
from jupyter_features.definitions.standing import Certification
from jupyter_features.errors import did_you_mean


def page_card(page: ViewPage, *, wanted: Mapping[str, str | None]) -> Card:
    """Show what was found; that nothing is what was wanted is said in words.

    Parameters
    ----------
    wanted
        Query and filters by what they are called; empty or None means any.
    """
    given = {what: value for what, value in wanted.items() if value}
    if not page.views and (page.total or given):
        return _nothing_found(page, given)
    card = list_card(page.views)
    return replace(card, facts=[("Searched for", page.corrected)]) if page.corrected else card


def _nothing_found(page: ViewPage, given: Mapping[str, str]) -> Card:
    facets = page.facets
    known = {"entity": facets.entities, "owner": facets.owners, "tag": facets.tags, "source": facets.sources, "consumer": facets.consumers}
    # Of a column its source is what can be known here.
    named = {what: value.partition(".")[0] if what == "source" else value for what, value in given.items()}
    unknown = [what for what in named if what in known and named[what] not in known[what]]
    facts = [(f"No {what} is named {named[what]!r}", did_you_mean(named[what], known[what]) or _known(known[what])) for what in unknown]
    title = f"No feature view matches {', '.join(f'{what} {value!r}' for what, value in given.items())}"
    return Card(title, label=f"{page.total} are published", state="warning", facts=facts, next_step="%feature list")


def _known(names: Sequence[str]) -> str:
    return f"Known: {', '.join(names[:8])}." if names else "There is none."


def list_card(views: Sequence[ViewSummary]) -> Card:
    """Show one line per feature view; none is said in words."""
    if not views:
        return Card(title="No feature view is published yet", next_step="%%feature NAME, then %feature publish NAME")
    rows = [
        (
            f"{view.name}@{view.version}" + (f" ({view.state})" if view.state != "published" else ""),
            view.entity,
            view.owner,
            ", ".join(feature.name for feature in view.features),
            view.description,
        )
        for view in views
    ]
    return Card(
        title="Published feature views",
        label=str(len(views)),
        tables=[Table(("view", "entity", "owner", "features", "description"), rows)],
    )


def detail_card(view: ViewDetail) -> Card:
    """Show all that is known of one version."""
    keys = ", ".join(f"{key.name} {key.dtype}" for key in view.join_keys)
    facts = [
        ("description", view.description),
        ("owner", view.owner),
        ("entity", f"{view.entity} ({keys})" if keys else view.entity),
        ("published", f"{format_instant(view.published_at.replace(microsecond=0))} by {view.author}"),
        ("state", _state(view) if view.standing.state != "published" else ""),
        ("serving", ", ".join(view.environments) or "no environment"),
        ("checks", f"{len(view.checks)} passed, {view.tests} tests passed"),
        ("read by", ", ".join(f"{each.name} ({each.owner})" for each in view.consumers)),
        ("in spite of a duplicate", view.duplicate_reason),
        ("inputs", ", ".join(view.inputs)),
        ("request", ", ".join(f"{each.name} {each.dtype}" for each in view.request)),
        ("tags", ", ".join(view.tags)),
        ("fingerprint", view.fingerprint),
    ]
    return Card(
        title=f"{view.name}@{view.version}",
        facts=[(name, value) for name, value in facts if value],
        tables=[_features(view)],
        details=[
            Detail(view.language, view.body),
            *([Detail("Sources", _sources(view))] if view.sources else []),
            Detail("Lineage", _lineage(view)),
            Detail("Versions", _versions(view)),
        ],
    )


def _features(view: ViewDetail) -> Table:
    rows = [(feature.name, feature.dtype, format_value(feature.default)) for feature in view.features]
    return Table(("feature", "type", "default"), rows)


def _sources(view: ViewDetail) -> Table:
    rows = [(source.name, source.alias, source.kind, source.lookback or "all history", source.location) for source in view.sources]
    return Table(("source", "used as", "kind", "lookback", "location"), rows)


def _lineage(view: ViewDetail) -> Table:
    rows = [
        (feature.name, ", ".join(feature.value_lineage) or "the rows alone", ", ".join(feature.row_lineage)) for feature in view.features
    ]
    return Table(("feature", "values from", "rows decided by"), rows)


def _versions(view: ViewDetail) -> Table:
    rows = [
        (
            str(line.version),
            line.state,
            ": ".join(filter(None, (line.level, "; ".join(line.changes)))),
            line.author,
            format_instant(line.published_at.replace(microsecond=0)),
            line.fingerprint,
        )
        for line in view.versions
    ]
    return Table(("version", "state", "changes", "author", "published", "fingerprint"), rows)


def _state(view: ViewDetail) -> str:
    certification = view.standing.certification
    told = _certified(certification) if certification and view.standing.state == "certified" else view.standing.reason
    instead = f" (use {view.standing.replacement})" if view.standing.replacement else ""
    return f"{view.standing.state}{f', {told}' if told else ''}{instead}"


def _certified(certification: Certification) -> str:
    until = f", until {format_instant(certification.expires_at.replace(microsecond=0))}" if certification.expires_at else ""
    return f"by {certification.by}: {certification.evidence}{until}"
