"""How long search and lists take: `python benchmarks/search.py [VIEWS]`, by default among 10,000 views.

On a SQLite file, and on a PostgreSQL server that is started for it: median and 95th percentile of 300 queries, typos among
them, and of 100 list pages, each through the same door as every other question. The database is told to look at what was
written (ANALYZE), as a PostgreSQL server does by itself within a minute.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from jupyter_features.clock import system_clock
from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.evidence import Evidence
from jupyter_features.definitions.feature_view import CompiledView, Feature, FeatureView
from jupyter_features.definitions.source import Column, Source
from jupyter_features.definitions.source_reference import SourceReference
from jupyter_features.definitions.subject import ROLES, Subject
from jupyter_features.registry.changes import Publish
from jupyter_features.registry.context import Change, count_up, lock
from jupyter_features.registry.open_registry import open_database
from jupyter_features.registry.publish import publish
from jupyter_features.registry.questions import SearchViews
from jupyter_features.registry.sql_registry import SqlRegistry
from tests.postgres import running_postgres

SEARCH_CLAIM_MS, LIST_CLAIM_MS = 30, 50
SUBJECT = Subject(name="ada", roles=ROLES)
THINGS = ("customer", "order", "basket", "store", "product", "supplier", "card", "account", "visit", "campaign", "return", "coupon")
MEASURES = ("amount", "count", "price", "discount", "margin", "duration", "distance", "balance", "weight", "score", "rating", "delay")
SHAPES = ("SUM", "AVG", "MAX", "MIN", "COUNT")
DAYS = (1, 7, 14, 30, 60, 90, 180, 365)
TEAMS = tuple(f"team_{number:02}" for number in range(40))


def main(views: int = 10_000) -> int:
    """Ask both kinds of registry, print the times; exit with 1 if a claim does not hold."""
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        urls = ("sqlite:///registry.db", server.new_url())
        kept = [measure(url, Path(folder), views) for url in urls]
        return 0 if all(kept) else 1


def measure(url: str, folder: Path, views: int) -> bool:
    """Fill a registry, ask it, and print the times."""
    database = open_database(url, folder=folder)
    registry = SqlRegistry(database, subject=SUBJECT)
    started = time.perf_counter()
    with database.writing() as connection:
        revision = lock(connection)
        change = Change(connection, SUBJECT, system_clock())
        for view in made_up(views):
            evidence = Evidence(fingerprint=view.fingerprint, checks=(), tests=1)
            publish(change, Publish(view=view, environment="dev", evidence=evidence))
        count_up(change, revision)
    with database.writing() as connection:
        connection.exec_driver_sql("ANALYZE")
    kind = url.partition(":")[0]
    print(f"{kind}: {views:,} views, written in {time.perf_counter() - started:.0f} s", flush=True)
    search = timed(lambda query: registry.send(SearchViews(query=query, limit=50)).matches, list(asked(300)))
    pages = timed(lambda offset: registry.send(SearchViews(offset=offset, limit=100)).views, [100 * page for page in range(100)])
    registry.close()
    return report("search", search, SEARCH_CLAIM_MS) & report("list page of 100", pages, LIST_CLAIM_MS)


def asked(count: int) -> Iterator[str]:
    """Ask as people do: a few words, now and then with a letter wrong."""
    chance = random.Random(1)
    for number in range(count):
        thing, measure, days = chance.choice(THINGS), chance.choice(MEASURES), chance.choice(DAYS)
        query = chance.choice(
            (f"{measure} {thing} {days} days", f"average {measure}", thing, f"sum {measure} per {thing}", f"{thing}_{measure}")
        )
        if number % 5 == 0:
            place = chance.randrange(1, len(thing) - 1)
            query = f"{thing[:place]}{thing[place + 1 :]} {measure}"
        yield query


def timed(ask: Callable[[object], object], questions: list[object]) -> list[float]:
    """Ask each question once, after ten that do not count; milliseconds."""
    for question in questions[:10]:
        ask(question)
    times = []
    for question in questions:
        started = time.perf_counter()
        ask(question)
        times.append(1000 * (time.perf_counter() - started))
    return times


def report(what: str, times: list[float], claim: float) -> bool:
    """Print the times of one kind of question, and tell whether the claim holds."""
    worst = statistics.quantiles(times, n=20)[-1]
    print(f"{what:<18} median {statistics.median(times):6.1f} ms, 95th percentile {worst:6.1f} ms  (claim: under {claim:.0f} ms)")
    return worst < claim


def made_up(count: int) -> Iterator[CompiledView]:
    """Make views that differ in names, words, sources and logic."""
    chance = random.Random(0)
    entity = Entity(name="customer", join_keys=(JoinKey("customer_id", "BIGINT"),))
    for number in range(count):
        thing, measure, shape, days = (chance.choice(choices) for choices in (THINGS, MEASURES, SHAPES, DAYS))
        feature = f"{shape.lower()}_{measure}_{days}d"
        source = Source(
            name=f"{thing}s",
            location=f"data/{thing}s.parquet",
            format="parquet",
            entity="customer",
            kind="events",
            columns=(Column("customer_id", "BIGINT"), *(Column(name, "DOUBLE") for name in MEASURES), Column("happened_at", "TIMESTAMP")),
            key=(("customer_id", "customer_id"),),
            event_timestamp="happened_at",
        )
        sql = f"SELECT customer_id, {shape}({measure}) AS {feature} FROM {thing}s WHERE {measure} > {number} GROUP BY customer_id"
        normal = (
            f'SELECT "{thing}s"."customer_id" AS "customer_id", {shape}("{thing}s"."{measure}") AS "{feature}"'
            f' FROM "{thing}s" AS "{thing}s" WHERE "{thing}s"."{measure}" > {number} GROUP BY "{thing}s"."customer_id"'
        )
        definition = FeatureView(
            name=f"{thing}_{measure}_{number}",
            entity="customer",
            sql=sql,
            sources=(SourceReference(f"{thing}s", f"{thing}s", timedelta(days=days)),),
            owner=chance.choice(TEAMS),
            description=f"The {shape.lower()} of the {measure} of a customer's {thing}s in the last {days} days, above {number}.",
            tags=tuple(chance.sample(("ltv", "risk", "core", "churn", "beta", "fraud", "growth"), 2)),
        )
        column = f"{thing}s.{measure}"
        lineage = Feature(name=feature, dtype="DOUBLE", value_lineage=(column,), row_lineage=(column, f"{thing}s.happened_at"))
        yield CompiledView(
            definition=definition, entity=entity, sources=(source,), normal_sql=normal, features=(lineage,), fingerprint=f"{number:032x}"
        )


if __name__ == "__main__":
    sys.exit(main(*(int(text) for text in sys.argv[1:2])))
