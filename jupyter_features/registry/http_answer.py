"""The answer of a registry service as it arrives: of a size, and within a time, whatever the other end does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_features.errors import RegistryError

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 256_000_000
TOTAL_SECONDS = 120.0


@dataclass(frozen=True)
class HttpAnswer:
    """A whole answer."""

    status: int
    content: bytes


def read_answer(response: httpx.Response, *, url: str, monotonic: Callable[[], float]) -> HttpAnswer:
    """Read an answer that has just begun.

    Parameters
    ----------
    url
        Of the registry, for the sentence.

    Raises
    ------
    RegistryError
        If it is compressed, which nobody asked for, is larger than 256 MB, or takes longer than two minutes.
    """
    if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise _refusal(url, "is compressed, which was not asked for")
    deadline = monotonic() + TOTAL_SECONDS
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > MOST_BYTES:
            raise _refusal(url, f"is larger than {MOST_BYTES:,} bytes")
        if monotonic() > deadline:
            raise _refusal(url, f"was not complete after {TOTAL_SECONDS:.0f} seconds")
    return HttpAnswer(response.status_code, bytes(content))


def _refusal(url: str, clause: str) -> RegistryError:
    return RegistryError(
        f"The answer of the registry {url} {clause}.", hint="Is it a registry service? A change may have been made: look first."
    )
