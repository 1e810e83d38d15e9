"""A definition against the registry: is it there already, in these words, and does the environment serve it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from jupyter_features.errors import LifecycleError, NotFoundError
from jupyter_features.feature_store.sharing import Sharing
from jupyter_features.operations.defined import Defined
from jupyter_features.operations.edits import edits

State = Literal["new", "unchanged", "changed", "version gone"]


def against_registry(store: Sharing, defined: Defined, remembered: str, tests: Sequence[str]) -> tuple[State, int | None, str]:
    """Tell the state of a definition, the version that has it, and what there is to say; see `CellState`.

    Parameters
    ----------
    tests
        Its feature tests as written.
    remembered
        Reference that the cell was last published as; empty if its metadata names none.
    """
    name, environment = defined.name, store.environment
    version = int(defined.published_as.rpartition("@")[2]) if defined.published_as else None
    if version is not None:
        detail = store.view_detail(name, version)
        if detail.standing.state in ("yanked", "retired"):
            return "version gone", version, f"{name}@{version} is {detail.standing.state}: {detail.standing.reason}."
        if environment in detail.environments:
            found = ", ".join(edit.what for edit in edits(detail, defined.view, tests))
            return ("changed", version, f"The {found} would change.") if found else ("unchanged", version, "")
    if gone := _gone(store, remembered):
        return "version gone", version, gone
    try:
        served = store.view_detail(name)
    except LifecycleError as error:
        return "version gone", version, error.message
    except NotFoundError:
        known = version is not None or _is_known(store, name)
        return ("changed", version, f"{environment} does not serve it.") if known else ("new", None, "")
    older = f" This is {name}@{version}." if version is not None else ""
    return "changed", version, f"{environment} serves {name}@{served.version}.{older}"


def _gone(store: Sharing, remembered: str) -> str:
    """Say that the version which the cell's metadata names is not in this registry; empty if it is."""
    name, _, number = remembered.partition("@")
    if not number.isdigit():
        return ""
    try:
        store.view_detail(name, int(number))
    except NotFoundError:
        return f"The cell was published as {remembered}, which is not in this registry."
    return ""


def _is_known(store: Sharing, name: str) -> bool:
    """Tell whether a version of this name was ever published; the first one stays."""
    try:
        store.view_detail(name, 1)
    except NotFoundError:
        return False
    return True
