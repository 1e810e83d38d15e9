"""A known view: what the search needs of a published version, without reading the version itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.probe_signature import ProbeSignature


@dataclass(frozen=True)
class Known:
    """One published version.

    Parameters
    ----------
    name
        Name of the view.
    reference
        Pinned reference, such as `customer_value@3`.
    state
        Such as `published` or `certified`.
    signature
        None for a version that was published without one: it is compared by its fingerprint only.
    load
        Gives the compiled view; called only for the few whose values look the same.
    is_own
        Whether it belongs to a team of the person who searches. A function of somebody else is not called in a search.
    """

    name: str
    reference: str
    fingerprint: str
    signature: ProbeSignature | None
    load: Callable[[], CompiledView]
    owner: str = ""
    state: str = "published"
    is_own: bool = True
