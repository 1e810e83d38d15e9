"""Faults planted one at a time: the gate that must catch each, and the source row that it must blame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import pytest
from sqlglot import exp

from jupyter_features.compiler import visibility
from jupyter_features.compiler.knowledge import Knowledge, bind_knowledge
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations import materialize
from jupyter_features.operations.check import CheckReport, check
from jupyter_features.operations.gates.determinism import check_determinism
from jupyter_features.operations.gates.future import check_future
from jupyter_features.operations.gates.paths import check_paths
from jupyter_features.operations.gates.result import CheckResult, Example
from jupyter_features.operations.gates.sample import draw_sample
from jupyter_features.operations.gates.trial import Trial
from jupyter_features.operations.gates.zones import check_zones

from .conftest import HOUR, SEGMENT, TOTALS, Compile

Row = Mapping[str, object]
Gate = Callable[..., CheckResult]
Guilt = Callable[[Row, datetime], bool]
LOOKBACK = 30 * HOUR
bounded = visibility.visible
cast = exp.cast


def _at(table: str, name: str) -> exp.Column:
    return visibility.column(table, name)


def _without_bounds(source, table, as_of, lookback, **options):
    return [condition for condition in bounded(source, table, as_of, lookback, **options) if isinstance(condition, exp.Not)]


def _later(length: timedelta):
    """Look a while into the future."""

    def change(source, table, as_of, lookback, **options):
        shifted = exp.paren(exp.Add(this=as_of.copy(), expression=visibility.interval(length)))
        conditions = bounded(source, table, shifted, None, **options)
        since = exp.Sub(this=as_of.copy(), expression=visibility.interval(lookback or timedelta(days=999)))
        return [*conditions, exp.GTE(this=_at(table, source.event_timestamp), expression=since)]

    return change


def _or_else(leak: Callable[[str], str]):
    """Let rows in that meet a further condition, whatever their time."""

    def change(source, table, as_of, lookback, **options):
        return [exp.or_(exp.and_(*bounded(source, table, as_of, lookback, **options)), exp.maybe_parse(leak(table), dialect="duckdb"))]

    return change


def _inclusive(source, table, as_of, lookback, **options):
    return bounded(msgspec.structs.replace(source, inclusive=source.kind == "events"), table, as_of, lookback, **options)


def _whole_day(source, table, as_of, lookback, **options):
    midnight = exp.Add(this=exp.TimestampTrunc(this=as_of.copy(), unit=exp.var("DAY")), expression=visibility.interval(timedelta(days=1)))
    return [
        *_without_bounds(source, table, as_of, lookback, **options),
        exp.LT(this=_at(table, source.event_timestamp), expression=midnight),
    ]


def _no_lookback(source, table, as_of, lookback, **options):
    return bounded(source, table, as_of, None, **options)


def _longer_lookback(source, table, as_of, lookback, **options):
    return bounded(source, table, as_of, lookback and lookback + timedelta(microseconds=1), **options)


def _open_lookback(source, table, as_of, lookback, **options):
    """Leave out the row that stands on the far boundary."""
    return bounded(source, table, as_of, lookback and lookback - timedelta(microseconds=1), **options)


def _null_is_early(source, table, as_of, lookback, **options):
    return _or_else(lambda name: f"{name}.{source.event_timestamp} IS NULL")(source, table, as_of, lookback, **options)


def _null_has_arrived(source, table, as_of, lookback, **options):
    without = bounded(msgspec.structs.replace(source, arrival=None), table, as_of, lookback, **options)
    arrived = _at(table, source.arrival) if source.arrival else exp.null()
    return [*without, exp.or_(exp.Is(this=arrived, expression=exp.null()), exp.LT(this=arrived.copy(), expression=as_of.copy()))]


def _arrives_at_once(source, table, as_of, lookback, **options):
    """Count what arrives at the very instant."""
    without = bounded(msgspec.structs.replace(source, arrival=None), table, as_of, lookback, **options)
    return [*without, exp.LTE(this=_at(table, source.arrival), expression=as_of.copy())]


def _in_local_time(source, table, as_of, lookback, **options):
    """Read the event timestamp in the session's zone."""
    local = exp.AtTimeZone(
        this=exp.cast(_at(table, source.event_timestamp), "TIMESTAMPTZ", dialect="duckdb"), zone=exp.Literal.string("UTC")
    )
    return [*bounded(source, table, as_of, lookback, **options), exp.LT(this=local, expression=as_of.copy())]


def _happens_later(row: Row, as_of: datetime) -> bool:
    return row["happened"] is not None and row["happened"] >= as_of


def _happened_before(row: Row, as_of: datetime) -> bool:
    return row["happened"] < as_of - LOOKBACK


def _arrives_later(row: Row, as_of: datetime) -> bool:
    return row["happened"] < as_of and (row["arrived"] is None or row["arrived"] >= as_of)


VISIBILITY: dict[str, tuple[object, Guilt]] = {
    "the event of that very instant counts": (_inclusive, lambda row, as_of: as_of in (row["happened"], row["arrived"])),
    "nothing is bounded": (
        _without_bounds,
        lambda row, as_of: not (row["happened"] and as_of - LOOKBACK <= row["happened"] < as_of) or _arrives_later(row, as_of),
    ),
    "an hour of the future is seen": (_later(HOUR), lambda row, as_of: _happens_later(row, as_of) or _arrives_later(row, as_of)),
    "the rest of the day is seen": (
        _whole_day,
        lambda row, as_of: _happens_later(row, as_of) or _arrives_later(row, as_of) or _happened_before(row, as_of),
    ),
    "the lookback is forgotten": (_no_lookback, _happened_before),
    "the lookback is a microsecond too long": (
        _longer_lookback,
        lambda row, as_of: row["happened"] == as_of - LOOKBACK - timedelta(microseconds=1),
    ),
    "what never happened counts": (_null_is_early, lambda row, _: row["happened"] is None),
    "what never arrived counts": (_null_has_arrived, lambda row, _: row["arrived"] is None),
    "what arrives at that very instant counts": (_arrives_at_once, lambda row, as_of: row["arrived"] == as_of),
    "one kind of future row counts": (_or_else(lambda name: f"{name}.channel = 'e'"), lambda row, _: row["channel"] == "e"),
    # No row has more than five yet, so that deleting shows nothing.
    "a kind of row that is not there yet would count": (_or_else(lambda name: f"{name}.cds > 6"), lambda row, _: row["cds"] <= 5),
}


@pytest.mark.parametrize("fault", VISIBILITY)
def test_a_leak_is_caught_by_the_gate_of_the_future(
    compile_view: Compile, engine: DuckDBEngine, patch_visibility: Callable[..., None], fault: str
) -> None:
    change, is_guilty = VISIBILITY[fault]
    view = compile_view(TOTALS, "purchases:30h")
    patch_visibility(change)
    example = _example(check_future, view, engine)
    (guilty,) = example.rows
    row = dict(guilty.cells)
    assert guilty.source == "purchases"
    assert is_guilty(row, example.as_of), (row, example.as_of)
    assert (("customer_id", row["customer_id"]),) == example.key


def test_a_leak_that_is_only_counted_shows_when_rows_are_deleted(
    compile_view: Compile, engine: DuckDBEngine, patch_visibility: Callable[..., None]
) -> None:
    # Whatever the values and the times of the rows are, their number stays.
    view = compile_view("SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY customer_id", "purchases:30h")
    patch_visibility(_without_bounds)
    assert _example(check_future, view, engine).found_as == "with them"


def test_a_leak_of_rows_that_are_not_there_yet_shows_when_rows_change(
    compile_view: Compile, engine: DuckDBEngine, patch_visibility: Callable[..., None]
) -> None:
    view = compile_view(TOTALS, "purchases:30h")
    patch_visibility(_or_else(lambda name: f"{name}.cds > 6"))
    assert _example(check_future, view, engine).found_as == "when invisible rows change"


def test_rows_that_arrive_later_are_caught(compile_view: Compile, engine: DuckDBEngine) -> None:
    view = bind_knowledge(compile_view(TOTALS, "purchases:30h"), Knowledge("ignore"))
    example = _example(check_future, view, engine)
    (row,) = example.rows
    assert _arrives_later(dict(row.cells), example.as_of)


def test_the_next_state_is_caught(compile_view: Compile, engine: DuckDBEngine, patch_visibility: Callable[..., None]) -> None:
    view = compile_view(SEGMENT, "segments")
    patch_visibility(_later(timedelta(days=2)))
    example = _example(check_future, view, engine)
    (row,) = example.rows
    assert row.source == "segments"
    assert dict(row.cells)["since"] > example.as_of


def test_of_two_references_the_one_that_sees_too_much_is_caught(
    compile_view: Compile, engine: DuckDBEngine, patch_visibility: Callable[..., None]
) -> None:
    sql = """SELECT l.customer_id, s.n AS short, l.n AS long
    FROM (SELECT customer_id, COUNT(*) AS n FROM lately GROUP BY 1) AS l
    JOIN (SELECT customer_id, COUNT(*) AS n FROM today GROUP BY 1) AS s ON s.customer_id = l.customer_id"""
    view = compile_view(sql, "purchases:60h as lately", "purchases:10h as today")
    # Both look as far back as the longer: what is too old for `today` may still be seen by `lately`.
    patch_visibility(lambda source, table, as_of, lookback, **options: bounded(source, table, as_of, 60 * HOUR, **options))
    example = _example(check_future, view, engine)
    assert [value.feature for value in example.values] == ["short"]
    assert dict(example.rows[0].cells)["happened"] < example.as_of - 10 * HOUR


@dataclass(frozen=True)
class Broken:
    """A query that no rule would let pass, the gate that must catch it, and the number of rows that show it."""

    gate: Gate
    rows: int | None
    features: dict[str, str]
    sql: str


QUERIES = {
    "any value": Broken(
        check_determinism, 2, {"x": "INTEGER"}, "SELECT customer_id, ANY_VALUE(cds) AS x FROM purchases GROUP BY customer_id"
    ),
    "the first row": Broken(
        check_determinism, 2, {"x": "INTEGER"}, "SELECT customer_id, FIRST(cds) AS x FROM purchases GROUP BY customer_id"
    ),
    "a sum in the order of rows": Broken(
        check_determinism, None, {"x": "DOUBLE"}, "SELECT customer_id, SUM(amount) AS x FROM purchases GROUP BY customer_id"
    ),
    "ties at one instant": Broken(
        check_determinism,
        2,
        {"x": "DOUBLE"},
        (
            "SELECT customer_id, amount AS x FROM purchases"
            " QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY date_trunc('day', happened) DESC) = 1"
        ),
    ),
    "a text in the order of rows": Broken(
        check_determinism, 2, {"x": "VARCHAR"}, "SELECT customer_id, STRING_AGG(channel, '') AS x FROM purchases GROUP BY customer_id"
    ),
    "chance": Broken(
        check_determinism, 1, {"x": "DOUBLE"}, "SELECT customer_id, COUNT(*) + RANDOM() AS x FROM purchases GROUP BY customer_id"
    ),
    "the clock on the wall": Broken(
        check_determinism,
        1,
        {"x": "BIGINT"},
        (
            "SELECT customer_id, DATE_DIFF('microsecond', MAX(happened), CAST(CURRENT_TIMESTAMP AS TIMESTAMP)) AS x"
            " FROM purchases GROUP BY customer_id"
        ),
    ),
    "an hour of the session's zone": Broken(
        check_zones,
        1,
        {"x": "BIGINT"},
        "SELECT customer_id, HOUR(CAST(MAX(happened) AS TIMESTAMPTZ) AT TIME ZONE 'UTC') AS x FROM purchases GROUP BY customer_id",
    ),
    "a day of the session's zone": Broken(
        check_zones,
        2,
        {"x": "BIGINT"},
        (
            "SELECT customer_id, COUNT(DISTINCT CAST(CAST(happened AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)) + 0 AS x,"
            " FROM purchases GROUP BY customer_id"
        ),
    ),
    "a share of everybody's": Broken(
        check_paths,
        None,
        {"x": "DOUBLE"},
        "SELECT customer_id, COUNT(*) / SUM(COUNT(*)) OVER () AS x FROM purchases GROUP BY customer_id",
    ),
}


@pytest.mark.parametrize("fault", QUERIES)
def test_a_broken_query_is_caught_by_its_gate(compile_view: Compile, engine: DuckDBEngine, fault: str) -> None:
    broken = QUERIES[fault]
    view = compile_view(TOTALS, "purchases:30h", instead=broken.sql, **broken.features)
    example = _example(broken.gate, view, engine)
    assert example.values[0].expected != example.values[0].found
    assert {row.source for row in example.rows} == {"purchases"}
    if broken.rows:
        assert len(example.rows) == broken.rows
    assert all(_is_visible(dict(row.cells), example.as_of) for row in example.rows)


def test_a_training_set_that_sees_the_instant_itself_is_caught(
    compile_view: Compile, engine: DuckDBEngine, patch_visibility: Callable[..., None]
) -> None:
    view = compile_view(TOTALS, "purchases:30h")
    patch_visibility(_inclusive, "jupyter_features.compiler.spine")
    example = _example(check_paths, view, engine)
    assert example.found_as == "in training"
    (row,) = example.rows
    assert example.as_of in (dict(row.cells)["happened"], dict(row.cells)["arrived"])


def test_a_training_set_that_loses_the_far_boundary_is_caught(
    compile_view: Compile, engine: DuckDBEngine, patch_visibility: Callable[..., None]
) -> None:
    view = compile_view(TOTALS, "purchases:30h")
    patch_visibility(_open_lookback, "jupyter_features.compiler.spine")
    example = _example(check_paths, view, engine)
    (row,) = example.rows
    assert dict(row.cells)["happened"] == example.as_of - LOOKBACK


def test_a_session_that_reads_event_times_in_its_own_zone_is_caught(
    compile_view: Compile, engine: DuckDBEngine, patch_visibility: Callable[..., None]
) -> None:
    view = compile_view(TOTALS, "purchases:30h")
    patch_visibility(_in_local_time)
    report = check(view, engine)
    assert [result.name for result in report.failures] == ["zones"]
    example = report.failures[0].example
    assert example is not None
    assert len(example.rows) == 1
    assert example.found_as.startswith("in A")


def test_a_store_that_rounds_is_caught(compile_view: Compile, engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    view = compile_view("SELECT customer_id, SUM(amount) AS spend FROM purchases GROUP BY customer_id", "purchases:30h")
    whole = materialize._rows
    monkeypatch.setattr(
        materialize,
        "_rows",
        lambda view, table: ((key, tuple(v and float(f"{v:.3g}") for v in values)) for key, values in whole(view, table)),
    )
    example = _example(check_paths, view, engine)
    assert example.found_as == "read online"
    assert example.rows


def test_a_static_source_with_two_rows_for_a_customer_is_caught(compile_view: Compile, engine: DuckDBEngine) -> None:
    view = compile_view("SELECT customer_id, city FROM homes", "homes")
    failure = _failed(check(view, engine), "one row")
    assert "{'customer_id': 2}" in failure.detail
    assert failure.example is not None
    assert {dict(row.cells)["city"] for row in failure.example.rows} == {"Bonn", "Oslo"}


@pytest.mark.parametrize(
    ("sql", "references"), [(TOTALS, ["purchases:30h"]), (TOTALS, ["purchases"]), (SEGMENT, ["segments"]), (SEGMENT, ["segments:40h"])]
)
def test_a_whole_view_passes_every_gate(compile_view: Compile, engine: DuckDBEngine, sql: str, references: list[str]) -> None:
    report = check(compile_view(sql, *references), engine)
    assert report.is_passed, report.text()
    assert report.passed_names == ("rules", "one row", "determinism", "future", "paths", "zones")


def _example(gate: Gate, view: CompiledView, engine: DuckDBEngine) -> Example:
    """Run one gate, which must fail, and give its example."""
    trial = Trial(view, draw_sample(view, engine))
    try:
        result = gate(trial, engine) if gate is check_paths else gate(trial)
    finally:
        trial.close()
    assert not result.is_passed
    assert result.example is not None, result.detail
    return result.example


def _failed(report: CheckReport, name: str) -> CheckResult:
    (result,) = [result for result in report.results if result.name == name]
    assert not result.is_passed, report.text()
    return result


def _is_visible(row: Row, as_of: datetime) -> bool:
    happened, arrived = row["happened"], row["arrived"]
    return happened is not None and arrived is not None and as_of - LOOKBACK <= happened < as_of and arrived < as_of
