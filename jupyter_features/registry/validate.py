"""The check at the door: what one database or HTTP could not carry is refused by all of them, in the same words."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from jupyter_features.errors import InvalidArgumentError, JupyterFeaturesError
from jupyter_features.registry.request import Request, request_name

AnyRequest = TypeVar("AnyRequest", bound=Request[Any])

# In JSON text a NUL is an escape; a backslash that is itself escaped begins none.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def validated(request: AnyRequest) -> AnyRequest:
    """Give the request as it arrives from the wire.

    Raises
    ------
    InvalidArgumentError
        If a value is out of bounds, of another type than declared, or cannot be written as JSON text in UTF-8.
    """
    return read_request(type(request), write_request(request))


def write_request(request: Request[Any]) -> bytes:
    """Write a request as JSON; raises `InvalidArgumentError` if a text has half a surrogate pair or a number is too long."""
    try:
        return msgspec.json.encode(request)
    except (UnicodeEncodeError, ValueError, OverflowError, TypeError, RecursionError) as error:
        raise _refusal(type(request), "it holds a value that JSON cannot carry") from error


def read_request(kind: type[AnyRequest], text: bytes) -> AnyRequest:
    """Read a request from JSON; see `validated`."""
    if _NUL.search(text):
        raise _refusal(kind, "it holds a NUL character")
    try:
        read: AnyRequest = msgspec.json.decode(text, type=kind)
    except JupyterFeaturesError as error:  # from the values' own checks
        raise InvalidArgumentError(error.message, hint=error.hint) from error
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, JupyterFeaturesError):
            raise InvalidArgumentError(error.__cause__.message, hint=error.__cause__.hint) from error
        raise _refusal(kind, _clause(str(error))) from error
    except UnicodeDecodeError as error:
        raise _refusal(kind, "it is not UTF-8") from error
    except RecursionError as error:
        raise _refusal(kind, "it is nested too deeply") from error
    except msgspec.DecodeError as error:
        raise _refusal(kind, f"it is not JSON ({_clause(str(error))})") from error
    return read


def _refusal(kind: type[Request[Any]], clause: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"The request {request_name(kind)} cannot be read: {clause}.", hint="Nothing was changed.")


def _clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")
