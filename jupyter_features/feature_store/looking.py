"""Looking: what the registry knows, found, listed and compared."""

from __future__ import annotations

import msgspec

from jupyter_features.card import Card, Message
from jupyter_features.definitions.feature_service import FeatureService, Model
from jupyter_features.definitions.listing import ViewDetail, ViewPage, ViewSummary
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.definitions.standing import State
from jupyter_features.definitions.subject import Subject
from jupyter_features.definitions.team import Team
from jupyter_features.errors import InvalidArgumentError, NotFoundError
from jupyter_features.feature_store.parts import Parts
from jupyter_features.operations.difference import Difference, difference
from jupyter_features.operations.snippet import snippet
from jupyter_features.registry.event import Event
from jupyter_features.registry.questions import (
    GetDetail,
    GetVersion,
    ListEvents,
    ListModels,
    ListServices,
    ListTeams,
    SearchViews,
    WhoAmI,
)


class Looking(Parts):
    """The verbs that only read the shared registry. All of them may raise what `Registry.send` raises."""

    def services(self) -> tuple[FeatureService, ...]:
        """List the newest version of each feature service."""
        return self._registry.send(ListServices())

    def models(self) -> tuple[Model, ...]:
        """List the newest version of each model."""
        return self._registry.send(ListModels())

    def teams(self) -> tuple[Team, ...]:
        """List the teams."""
        return self._registry.send(ListTeams())

    def who_am_i(self) -> Subject:
        """Tell as whom the registry knows the one who asks."""
        return self._registry.send(WhoAmI())

    def history(self, name: str | None = None) -> tuple[Event, ...]:
        """List the newest 10,000 events of one object, or of all, oldest first.

        Raises
        ------
        NotFoundError
            If nothing ever happened to an object of this name.
        """
        found = self._registry.send(ListEvents(name=name, newest=True))
        if name is not None and not found:
            known = {event.name for event in self._registry.send(ListEvents(newest=True))}
            raise NotFoundError("object with a history", name, sorted(known))
        return found

    def diff(self, before: str, after: str) -> Difference:
        """Compare two versions of a view, such as `customer_spend@1` and `customer_spend@2` or `customer_spend@draft`.

        Raises
        ------
        NotFoundError
            If one does not exist.
        """
        old, new = (self._catalog.view(parse_reference(text))[0] for text in (before, after))
        return difference(old, new, labels=(before, after), engine=self._engine, as_of=self._latest_instant(new))

    def search(
        self,
        query: str = "",
        *,
        entity: str | None = None,
        owner: str | None = None,
        tag: str | None = None,
        state: State | None = None,
        source: str | None = None,
        consumer: str | None = None,
        offset: int = 0,
        limit: int = 10_000,
    ) -> ViewPage:
        """Find what this environment serves, best match first; see `SearchViews`."""
        if state == "yanked":
            raise InvalidArgumentError("A yanked version is served nowhere.", hint="See it by its number: %feature show NAME@VERSION.")
        return self._registry.send(
            SearchViews(
                environment=self.environment,
                query=query,
                entity=entity,
                owner=owner,
                tag=tag,
                state=state,
                source=source,
                consumer=consumer,
                offset=offset,
                limit=limit,
            )
        )

    def views(
        self,
        query: str = "",
        *,
        entity: str | None = None,
        owner: str | None = None,
        tag: str | None = None,
        state: State | None = None,
        source: str | None = None,
        consumer: str | None = None,
    ) -> tuple[ViewSummary, ...]:
        """List what this environment serves; every word of `query` must occur."""
        return self.search(query, entity=entity, owner=owner, tag=tag, state=state, source=source, consumer=consumer).views

    def view_detail(self, name: str, version: int | None = None) -> ViewDetail:
        """Tell all that is known of one version; by default the one that this environment serves."""
        detail = self._registry.send(GetDetail(name=name, version=version, environment=self.environment))
        found = self._registry.send(GetVersion(name=name, version=detail.version, environment=self.environment))
        return msgspec.structs.replace(detail, snippet=snippet(found.version))

    def describe(self) -> Message:
        """Tell where this project keeps its features, and which file or default each setting came from."""
        names = ("engine", "online", "environment")
        settings = {name: getattr(self.settings, name) for name in names}
        facts = tuple((name, f"{setting.value} ({setting.origin})") for name, setting in settings.items())
        count = self.search(limit=0).total
        return Message(
            Card(
                title="jupyter_features is connected",
                state="ok",
                facts=(
                    ("registry", f"{self.settings.shown_registry} ({self.settings.registry.origin})"),
                    *facts,
                    ("published", f"{count} feature views" if count != 1 else "1 feature view"),
                ),
                next_step="%feature entity NAME --key COLUMN:TYPE" if not count else "%feature browse",
            )
        )
