"""A probe signature: what a feature view answers on the registry's probe, small enough to be kept with every version."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Family = Literal["number", "time", "text"]
"""What values are compared as: all numbers and truth values with each other, so do dates and instants."""


class TextProbe(Struct, frozen=True):
    """Answers on probe rows in which a text of the query occurs.

    Parameters
    ----------
    text
        A text literal of the query, such as `web`.
    """

    text: str
    digest: str
    is_constant: bool


class FeatureSignature(Struct, frozen=True, kw_only=True):
    """What one feature answers on the probe.

    Parameters
    ----------
    digest
        32 hexadecimal digits of SHA-256 over the served values with the row they belong to; floats count with 12
        significant digits. The name of the feature has no say.
    is_constant
        Whether there is one value wherever there is a row: then equal values say nothing.
    sketch
        Little-endian uint16 for each probe row, 0 for NULL: twice the average rank among the values, from 2 on; of a text
        a hash.
    size
        Sum of the absolute values of numbers and times, which tells apart what is ordered alike; 0 for texts.
    texts
        Answers for each text of the query, where the plain probe tells too little.
    """

    name: str
    dtype: str
    family: Family
    digest: str
    is_constant: bool
    sketch: bytes
    size: float
    texts: tuple[TextProbe, ...] = ()


class ProbeSignature(Struct, frozen=True, kw_only=True):
    """What a view answers on the probe; it holds no value of anybody's data.

    Parameters
    ----------
    probe
        Identity of the probe's version and questions: only signatures of one probe can be compared.
    rows
        Number of questions, which is the length of every sketch.
    sources
        Identity of each source that is read, by its place and clock, whatever its name: views that share none cannot be
        compared by values.
    columns
        Source columns that have a say in any feature, as `source.column`, sorted.
    words
        What the view is called and described with, in lower case, sorted.
    failure
        Why the view cannot be computed on made-up rows; empty if it can. Then `features` is empty.
    """

    probe: str
    rows: int
    sources: tuple[str, ...]
    columns: tuple[str, ...]
    words: tuple[str, ...]
    features: tuple[FeatureSignature, ...]
    failure: str = ""
