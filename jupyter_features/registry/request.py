"""Requests: all that can be asked of a registry, as values; the same in Python and over HTTP."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar, Generic, TypeVar, get_args

from msgspec import Struct

from jupyter_features.definitions.subject import Role, Subject

Answer = TypeVar("Answer")


class Request(Struct, Generic[Answer], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question or change; the parameter is the type of its answer.

    Who asks is never a field: the door that a request comes through knows.

    Attributes
    ----------
    takes
        Of which the subject must be allowed one.
    """

    takes: ClassVar[tuple[Role, ...]] = ("viewer",)


class ChangeRequest(Request[Answer], Generic[Answer], frozen=True, kw_only=True):
    """A request that may write."""

    takes: ClassVar[tuple[Role, ...]] = ("author",)


@cache
def answer_type(request: type[Request[Any]]) -> Any:
    """Give the type that a request is answered with."""
    (base,) = request.__orig_bases__  # type: ignore[attr-defined]  # every subclass names its answer
    (answer,) = get_args(base)
    return answer


@cache
def request_name(request: type[Request[Any]]) -> str:
    """Name a request as URLs do: `GetVersion` is `get-version`."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in request.__name__).lstrip("-")


def may_send(subject: Subject, request: type[Request[Any]]) -> bool:
    """Tell whether a subject has a role that a request takes."""
    return any(subject.may(role) for role in request.takes)
