"""A feature test as text: tables of given source rows, and of values expected at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jupyter_features.clock import parse_instant
from jupyter_features.errors import FeatureTestError, InvalidArgumentError, Place, place_at

FORM = """given purchases
customer_id | purchased_at | amount
1           | 1997-01-05   | 20.00

expect at 1997-02-01
customer_id | spend_90d
1           | 20.00"""


@dataclass(frozen=True)
class TestTable:
    """A table of texts; NULL or an empty cell is None.

    Parameters
    ----------
    subject
        Name of the source, or None in a table of expected values.
    as_of
        Instant of the expected values; None in a table of given rows, or where `expect` names none, as for an on-demand
        view.
    places
        Place of each row, for messages.
    """

    subject: str | None
    as_of: datetime | None
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    places: tuple[Place, ...]
    place: Place


@dataclass(frozen=True)
class FeatureTest:
    """Given rows by source, and expectations in order."""

    text: str
    given: tuple[TestTable, ...]
    expected: tuple[TestTable, ...]


def parse_feature_test(text: str, *, first_line: int = 1) -> FeatureTest:
    """Read a test.

    A table starts with `given SOURCE`, `expect at INSTANT` or, for an on-demand view, `expect`; then come a line of column
    names and lines of cells, divided by `|`. Lines of dashes, blank lines, and lines that start with `--` or `#` are skipped.

    Raises
    ------
    FeatureTestError
        With the place, if the text has another form or expects nothing.
    """
    tables: list[_Open] = []
    offset = 0
    for line in text.split("\n"):
        place = place_at(text, offset + len(line) - len(line.lstrip()), max(1, len(line.strip())), first_line)
        _read_line(line.strip(), place, tables)
        offset += len(line) + 1
    closed = [table.close() for table in tables]
    expected = tuple(table for table in closed if table.subject is None)
    if not expected:
        raise FeatureTestError("The test expects nothing.", hint=f"A test looks like this:\n\n{FORM}")
    return FeatureTest(text, tuple(table for table in closed if table.subject is not None), expected)


class _Open:
    """A table that is still being read."""

    def __init__(self, subject: str | None, as_of: datetime | None, place: Place) -> None:
        self.subject, self.as_of, self.place = subject, as_of, place
        self.columns: tuple[str, ...] = ()
        self.rows: list[tuple[str | None, ...]] = []
        self.places: list[Place] = []

    def add(self, cells: list[str], place: Place) -> None:
        if not self.columns:
            self.columns = tuple(cells)
            return
        if len(cells) != len(self.columns):
            raise FeatureTestError(f"This row has {len(cells)} cells; the table has {len(self.columns)} columns.", place=place)
        self.rows.append(tuple(None if cell.upper() in ("", "NULL") else cell for cell in cells))
        self.places.append(place)

    def close(self) -> TestTable:
        if not self.columns:
            raise FeatureTestError("This table has no line of column names.", place=self.place)
        return TestTable(self.subject, self.as_of, self.columns, tuple(self.rows), tuple(self.places), self.place)


def _read_line(line: str, place: Place, tables: list[_Open]) -> None:
    if not line or line.startswith(("--", "#")) or not line.strip("|-: "):
        return
    words = line.rstrip(":").split()
    if words[0].lower() == "given" and len(words) == 2 and "|" not in line:
        tables.append(_Open(words[1], None, place))
    elif words[0].lower() == "expect" and len(words) >= 3 and words[1].lower() == "at":
        tables.append(_Open(None, _instant(" ".join(words[2:]), place), place))
    elif [word.lower() for word in words] == ["expect"]:
        tables.append(_Open(None, None, place))
    elif tables:
        tables[-1].add([cell.strip() for cell in line.strip("|").split("|")], place)
    else:
        raise FeatureTestError("A test starts with a table.", hint=f"A test looks like this:\n\n{FORM}", place=place)


def _instant(text: str, place: Place) -> datetime:
    try:
        return parse_instant(text)
    except InvalidArgumentError as error:
        raise FeatureTestError(error.message, hint=error.hint, place=place) from error
