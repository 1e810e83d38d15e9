"""Resolve: from reference texts to versions, features and output names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jupyter_features.definitions.feature_view import CompiledView, InputView
from jupyter_features.definitions.reference import FeatureReference, parse_reference
from jupyter_features.errors import InvalidArgumentError

Lookup = Callable[[FeatureReference], tuple[CompiledView, int | None]]
"""Finds a view and its version; the version is None for a draft."""


@dataclass(frozen=True)
class ResolvedView:
    """One view under one set of key columns, and what is wanted of it.

    Parameters
    ----------
    version
        None for a draft.
    keys
        The caller's column for each join key that stands under another name.
    outputs
        Output name of each wanted feature, in request order: (feature, output).
    """

    view: CompiledView
    version: int | None
    keys: Mapping[str, str]
    outputs: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        """The pinned reference, such as `customer_value@1` or `customer_value@draft`."""
        return f"{self.view.name}@{self.version if self.version is not None else 'draft'}"


def resolve(references: Sequence[str], lookup: Lookup, *, full_names: bool = False, taken: Sequence[str] = ()) -> tuple[ResolvedView, ...]:
    """Resolve references against the registry.

    Parameters
    ----------
    full_names
        Name outputs `view__feature` unless the reference gives a name.
    taken
        Output names that the caller's own columns have already.

    Returns
    -------
    tuple of ResolvedView
        One per distinct (view, version, keys), in the order of first mention.

    Raises
    ------
    InvalidArgumentError
        If a reference cannot be read, or two outputs have one name.
    NotFoundError
        If a view, version or feature does not exist.
    """
    if isinstance(references, str):
        references = [references]
    if not references:
        raise InvalidArgumentError("No feature is asked for.", hint="Name some, such as customer_value:spend.")
    groups: dict[object, tuple[CompiledView, int | None, Mapping[str, str], list[tuple[str, str]]]] = {}
    for text in references:
        reference = parse_reference(text)
        view, version = lookup(reference)
        group = groups.setdefault((view.name, version, reference.keys), (view, version, dict(reference.keys), []))
        group[3].extend(view.outputs(reference, full_names=full_names))
    resolved = tuple(ResolvedView(view, version, keys, tuple(outputs)) for view, version, keys, outputs in groups.values())
    _check_names([output for item in resolved for _, output in item.outputs], taken)
    return resolved


def input_of(item: ResolvedView, each: InputView) -> ResolvedView:
    """Ask for an input of an on-demand view in the caller's names: a key column of the input may be renamed once more."""
    renamed = dict(each.keys)
    keys = {key: item.keys.get(renamed.get(key, key), renamed.get(key, key)) for key in each.view.entity.key_names}
    return ResolvedView(each.view, each.version, keys, each.outputs)


def _check_names(outputs: Sequence[str], taken: Sequence[str]) -> None:
    for name in outputs:
        if name in taken:
            raise InvalidArgumentError(
                f"The rows have a column {name!r} already.", hint=f"Name the feature: '...:{name} as other_name', or use full_names=True."
            )
        if outputs.count(name) > 1:
            raise InvalidArgumentError(
                f"Two features would be named {name!r}.", hint=f"Use full_names=True, or name one: '...:{name} as other_name'."
            )
