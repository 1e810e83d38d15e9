"""Declared defaults in the one form that is stored and hashed."""

from __future__ import annotations

from collections.abc import Mapping

from jupyter_features.definitions.feature_view import FeatureView, Value
from jupyter_features.errors import DefinitionError, InvalidArgumentError, did_you_mean
from jupyter_features.operations.arrow_types import typed_value


def canonical_defaults(definition: FeatureView, dtypes: Mapping[str, str]) -> dict[str, Value]:
    """Bring the declared defaults to the types of their features.

    Parameters
    ----------
    dtypes
        Type of each feature.

    Raises
    ------
    DefinitionError
        JF119 if a default is for no feature, or does not fit.
    """
    defaults: dict[str, Value] = {}
    for name, value in definition.defaults:
        if name not in dtypes:
            hint = did_you_mean(name, list(dtypes)) or f"Features: {', '.join(dtypes)}."
            raise DefinitionError("JF119", f"There is a default for {name!r}, which is no feature of this view.", hint=hint)
        try:
            typed = typed_value(value, dtypes[name])
        except InvalidArgumentError as error:
            raise DefinitionError("JF119", f"The default of {name!r} must be a {dtypes[name]}; {value!r} is not.") from error
        defaults[name] = typed if typed is None or isinstance(typed, (bool, int, float, str)) else str(typed)
    return defaults
