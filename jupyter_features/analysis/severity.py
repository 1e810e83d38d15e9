"""How severe the breach of a rule is: an error refuses the definition, a warning is told, off is silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from jupyter_features.errors import ConfigurationError

Severity = Literal["error", "warning", "off"]
Severities = Mapping[str, Severity]

CHANGEABLE: Severities = {"JF120": "warning", "JF151": "warning", "JF152": "off", "JF153": "warning"}
"""The rules whose breach gives no wrong value, and how severe they are unless the project says otherwise. All others are errors."""


def severities(configured: Mapping[str, str], *, origin: str = "the configuration") -> Severities:
    """Apply a project's configuration.

    Parameters
    ----------
    configured
        Severity by rule, such as `{"JF120": "error"}`.
    origin
        The file that says so.

    Raises
    ------
    ConfigurationError
        If a severity is unknown, or belongs to a rule that guards correctness.
    """
    known = ", ".join(CHANGEABLE)
    for rule, severity in configured.items():
        if rule not in CHANGEABLE:
            raise ConfigurationError(
                f"{origin} sets {rule} to {severity!r}, but it is always an error: what breaks it could give a wrong value.",
                hint=f"The severity of these rules can be set: {known}.",
            )
        if severity not in get_args(Severity):
            raise ConfigurationError(
                f"{origin} sets {rule} to {severity!r}, which is no severity.", hint=f"Write one of {', '.join(get_args(Severity))}."
            )
    return CHANGEABLE | dict(configured)  # type: ignore[operator, no-any-return]  # checked just above
