"""What a function returns, as feature values: names, types, and what counts as missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa

from jupyter_features.definitions.names import check_name
from jupyter_features.definitions.typed_name import TypedName
from jupyter_features.errors import FeatureFunctionError, InvalidArgumentError, InvalidNameError
from jupyter_features.operations.arrow_types import arrow_type, typed_value

Answer = Mapping[str, object]

_KINDS: dict[type, str] = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", str: "VARCHAR", datetime: "TIMESTAMP", date: "DATE"}


def read_answer(answer: object, subject: Callable[[], str]) -> Answer:
    """Read what a function returned for one entity.

    Parameters
    ----------
    subject
        Says in words what the call was about, should the answer be none.

    Returns
    -------
    Answer
        Feature name to bool, int, float, str, date, naive UTC datetime, Decimal or None. None, NaN, NaT and pandas' NA
        are all NULL: pandas itself does not keep them apart.

    Raises
    ------
    FeatureFunctionError
        If it is no dict or Series, a name cannot be used, or a value is no scalar.
    """
    if isinstance(answer, pd.Series):
        answer = answer.to_dict()
    if not isinstance(answer, dict):
        given = "nothing" if answer is None else f"a {type(answer).__name__}"
        raise FeatureFunctionError(f"The function gives {given} for {subject()}.", hint='Return a dict of features, such as {"orders": 3}.')
    for name in answer:
        _check_name(name, subject)
    return {name: _scalar(name, value, subject) for name, value in answer.items()}


def infer_types(answers: Iterable[Answer], declared: Sequence[TypedName]) -> tuple[TypedName, ...]:
    """Choose the type of each feature from what a function returned for some entities.

    Integers and floats together are DOUBLE. A feature that is declared has its declared type.

    Raises
    ------
    FeatureFunctionError
        If there is no answer at all, a feature is NULL throughout, or its values are of kinds that do not mix.
    """
    known = {each.name: each.dtype for each in declared}
    kinds: dict[str, set[str]] = {name: set() for name in known}
    for answer in answers:
        for name, value in answer.items():
            kinds.setdefault(name, set())
            if value is not None:
                kinds[name].add("DECIMAL" if isinstance(value, Decimal) else _KINDS[type(value)])
    if not kinds:
        raise FeatureFunctionError(
            "No row is visible to try the function on, so the types of its features are not known.",
            hint="Declare them: # returns: NAME:TYPE.",
        )
    return tuple(TypedName(name, known.get(name) or _one_kind(name, found)) for name, found in kinds.items())


def to_arrow(answers: Sequence[Answer], types: Sequence[TypedName]) -> list[pa.Array]:
    """Put answers into typed columns.

    Returns
    -------
    list of pa.Array
        One column per feature in the order of `types`, shape (len(answers),).

    Raises
    ------
    FeatureFunctionError
        If an answer lacks a feature, has another one, or has a value that does not fit its type.
    """
    names = {each.name for each in types}
    for answer in answers:
        if answer.keys() != names:
            missing, extra = sorted(names - answer.keys()), sorted(answer.keys() - names)
            what = f"lacks {missing[0]!r}" if missing else f"has {extra[0]!r} beside them"
            raise FeatureFunctionError(
                f"The features are {', '.join(each.name for each in types)}, and one answer {what}.",
                hint="Return the same features every time.",
            )
    return [pa.array([_fit(answer[each.name], each) for answer in answers], arrow_type(each.dtype)) for each in types]


def _check_name(name: object, subject: Callable[[], str]) -> None:
    try:
        check_name("a feature", str(name))
    except InvalidNameError as error:
        raise FeatureFunctionError(f"The function gives a feature named {name!r} for {subject()}.", hint=error.hint) from error


def _scalar(name: str, value: object, subject: Callable[[], str]) -> object:
    if isinstance(value, np.generic) and not isinstance(value, np.timedelta64):
        value = pd.Timestamp(value) if isinstance(value, np.datetime64) else value.item()
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, pd.Timestamp):
        value = value.floor("us").to_pydatetime()
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    if type(value) in _KINDS or isinstance(value, Decimal):
        return value
    raise FeatureFunctionError(
        f"Feature {name!r} is a {type(value).__name__} for {subject()}; a feature is one number, text, boolean, date or instant.",
        hint="Turn it into one: a Timedelta has total_seconds(), a Series has sum().",
    )


def _one_kind(name: str, kinds: set[str]) -> str:
    if kinds == {"BIGINT", "DOUBLE"}:
        return "DOUBLE"
    if len(kinds) == 1 and kinds != {"DECIMAL"}:
        (kind,) = kinds
        return kind
    what = f"is {' and '.join(sorted(kinds))}" if kinds else "is NULL for every entity that was tried"
    raise FeatureFunctionError(f"Feature {name!r} {what}, so its type is not known.", hint=f"Declare it: # returns: {name}:TYPE.")


def _fit(value: object, feature: TypedName) -> object:
    try:
        return typed_value(value, feature.dtype)
    except InvalidArgumentError as error:
        raise FeatureFunctionError(
            f"Feature {feature.name!r} is {feature.dtype}, and an answer has {value!r}.",
            hint=f"Declare another type: # returns: {feature.name}:TYPE.",
        ) from error
