"""How much one subject or address may ask: bodies of a size, requests at a rate."""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from jupyter_features.errors import TooLargeError, TooManyRequestsError

_MOST_KEYS = 10_000
_REFUSED_SECONDS = 10.0


class TokenBuckets:
    """A bucket for each key: it holds `burst` tokens, and gets `per_second` back.

    Buckets that are used least are forgotten when there are too many, which makes them full again.
    """

    def __init__(self, *, per_second: float, burst: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst = per_second, burst
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, key: str) -> None:
        """Refuse if the bucket is empty, and take nothing.

        Raises
        ------
        RateError
            With the seconds to wait.
        """
        tokens, _ = self._now(key)
        if tokens < 1:
            raise RateError(math.ceil((1 - tokens) / self._per_second))

    def take(self, key: str) -> None:
        """Take a token; see `check`."""
        self.check(key)
        self.charge(key)

    def charge(self, key: str) -> None:
        """Take a token, be there one or not."""
        tokens, now = self._now(key)
        self._buckets[key] = (tokens - 1, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > _MOST_KEYS:
            self._buckets.popitem(last=False)

    def _now(self, key: str) -> tuple[float, float]:
        now = self._monotonic()
        tokens, before = self._buckets.get(key, (float(self._burst), now))
        return min(float(self._burst), tokens + (now - before) * self._per_second), now


class RefusedTokens:
    """Tokens that opened nothing a moment ago, by their hashes, so that nobody is asked about them again at once."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._until: OrderedDict[bytes, float] = OrderedDict()

    def has(self, bearer: str) -> bool:
        """Tell whether a token was refused within the last seconds."""
        return self._monotonic() < self._until.get(_digest(bearer), -math.inf)

    def add(self, bearer: str) -> None:
        """Remember a token for some seconds."""
        self._until[_digest(bearer)] = self._monotonic() + _REFUSED_SECONDS
        if len(self._until) > _MOST_KEYS:
            self._until.popitem(last=False)


def _digest(bearer: str) -> bytes:
    return hashlib.sha256(bearer.encode()).digest()


class RateError(TooManyRequestsError):
    """Somebody asked too often; `retry_after` in whole seconds, at least 1."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__("The registry service was asked too often.", hint=f"Try again in {retry_after} s.")


async def read_body(request: Request, *, limit_bytes: int, seconds: float) -> bytes:
    """Read a request's body, and no more of it than is allowed.

    Raises
    ------
    TooLargeError
        If it is announced as larger, or is.
    HTTPException
        408 if it does not arrive in time.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:20]) > limit_bytes:
        raise TooLargeError(limit_bytes)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit_bytes:
                    raise TooLargeError(limit_bytes)
    except TimeoutError as error:
        raise HTTPException(408) from error
    except ClientDisconnect as error:
        raise HTTPException(400) from error
    return bytes(body)
