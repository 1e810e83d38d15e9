"""The one grammar for naming features: `view[@version][[key=column, ...]][:feature][ as name]`."""

from __future__ import annotations

import re

from msgspec import Struct

from jupyter_features.errors import InvalidArgumentError

_REFERENCE = re.compile(
    r"\s*(?P<view>[A-Za-z_]\w*)(?:@(?P<version>\d+|draft))?(?:\[(?P<keys>[^\]]*)\])?"
    r"(?::(?P<feature>[A-Za-z_]\w*))?(?:\s+as\s+(?P<name>[A-Za-z_]\w*))?\s*\Z",
    re.ASCII,
)
_PAIR = re.compile(r"\s*(\w+)\s*=\s*(\w+)\s*\Z")

FORM = "view[@version][[key=column]][:feature][ as name]"


class FeatureReference(Struct, frozen=True, kw_only=True):
    """A request for one feature, or for all features of a view.

    Parameters
    ----------
    version
        A number pins a version; "draft" is the definition of this session; None follows the environment.
    keys
        Join keys that stand under another column name in the caller's rows: (join key, column).
    feature
        None means every feature of the view.
    name
        Output name (with `feature`), or prefix of the output names (without).
    """

    view: str
    version: int | str | None = None
    keys: tuple[tuple[str, str], ...] = ()
    feature: str | None = None
    name: str | None = None

    def __str__(self) -> str:
        version = f"@{self.version}" if self.version is not None else ""
        keys = "[" + ", ".join(f"{key}={column}" for key, column in self.keys) + "]" if self.keys else ""
        feature = f":{self.feature}" if self.feature else ""
        return f"{self.view}{version}{keys}{feature}" + (f" as {self.name}" if self.name else "")


def parse_reference(text: str) -> FeatureReference:
    """Read a feature reference.

    Raises
    ------
    InvalidArgumentError
        If the text does not follow the grammar.
    """
    match = _REFERENCE.match(text)
    if not match:
        raise InvalidArgumentError(f"{text!r} is not a feature reference.", hint=f"The form is {FORM}, such as customer_value@1:spend.")
    version = match["version"]
    return FeatureReference(
        view=match["view"],
        version=int(version) if version and version.isdigit() else version,
        keys=_parse_keys(text, match["keys"]),
        feature=match["feature"],
        name=match["name"],
    )


def _parse_keys(text: str, keys: str | None) -> tuple[tuple[str, str], ...]:
    if keys is None:
        return ()
    pairs = [_PAIR.match(part) for part in keys.split(",")]
    if not all(pairs):
        raise InvalidArgumentError(f"The keys in {text!r} cannot be read.", hint="Write them like weather[airport=origin]:temperature.")
    return tuple((pair[1], pair[2]) for pair in pairs if pair)
