"""The REST handlers that read the registry."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_features.definitions.standing import State
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.server.answering import FeatureHandler
from jupyter_features.server.bodies import Revision, me

_STATES: tuple[State, ...] = ("published", "certified", "deprecated", "retired")
_MOST_DIGITS = 10


class ViewListHandler(FeatureHandler):
    """Lists the feature views that the project's environment serves."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with a `ViewPage`; `query`, `entity`, `owner`, `tag`, `state`, `source` and `consumer` narrow it, empty means any."""
        query, state = (self.get_query_argument(name, "") for name in ("query", "state"))
        exact = {name: self.get_query_argument(name, "") or None for name in ("entity", "owner", "tag", "source", "consumer")}
        await self.answer(lambda store: store.search(query, **exact, state=_parse_state(state)))


class ViewHandler(FeatureHandler):
    """Tells all about one feature view."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Answer with a `ViewDetail`; `version` chooses an older version than the one that is served."""
        version = self.get_query_argument("version", "")
        await self.answer(lambda store: store.view_detail(name, _parse_version(version)))


class RevisionHandler(FeatureHandler):
    """Tells whether anything has changed; cheap, made to be polled."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with a `Revision`."""
        await self.answer(lambda store: Revision(store.revision()))


class MeHandler(FeatureHandler):
    """Tells who asks."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with a `Me`."""
        await self.answer(lambda store: me(store.who_am_i(), store.teams()))


def _parse_version(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise InvalidArgumentError(f"{text[:40]!r} is not a version.", hint="Versions are whole numbers, such as 3.")
    return int(text)


def _parse_state(text: str) -> State | None:
    found = next((state for state in _STATES if state == text), None)
    if text and found is None:
        raise InvalidArgumentError(f"{text!r} is not a state.", hint=f"States are {', '.join(_STATES)}.")
    return found
