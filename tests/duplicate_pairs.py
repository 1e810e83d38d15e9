"""Pairs of feature views in `tests/fixtures/duplicates`, compiled over a retail and banking schema without any data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from jupyter_features.definitions.entity import GLOBAL, Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, FeatureView, InputView
from jupyter_features.definitions.parameter import parse_parameter
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.definitions.typed_name import TypedName
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.define import define
from jupyter_features.operations.define_on_demand import define_on_demand

FOLDER = Path(__file__).parent / "fixtures" / "duplicates"
FILES = ("equivalent", "near_misses", "fresh_equivalent", "fresh_near_misses")
CUSTOMER = Entity(name="customer", join_keys=(JoinKey("customer_id", "BIGINT"),))
ACCOUNT = Entity(name="account", join_keys=(JoinKey("account_id", "BIGINT"), JoinKey("bank", "VARCHAR")))
ENTITIES = {entity.name: entity for entity in (CUSTOMER, ACCOUNT, GLOBAL)}
_INSTANT, _INTEGER, _TEXT, _FLOAT = pa.timestamp("us"), pa.int64(), pa.string(), pa.float64()
_CUSTOMER, _ACCOUNT = {"customer_id": _INTEGER}, {"account_id": _INTEGER, "bank": _TEXT}
# Columns, then how the source is declared.
SOURCES: dict[str, tuple[dict[str, pa.DataType], dict[str, object]]] = {
    "orders": (
        _CUSTOMER
        | {"ordered_at": _INSTANT, "loaded_at": _INSTANT, "order_id": _INTEGER, "channel": _TEXT}
        | {"total": _FLOAT, "discount": pa.decimal128(10, 2), "is_gift": pa.bool_()},
        {"kind": "events", "event_timestamp": "ordered_at", "arrival": "loaded_at"},
    ),
    "order_lines": (
        _CUSTOMER
        | {"ordered_at": _INSTANT, "order_id": _INTEGER, "product": _TEXT, "category": _TEXT}
        | {"quantity": pa.int32(), "unit_price": _FLOAT},
        {"kind": "events", "event_timestamp": "ordered_at"},
    ),
    "returns": (
        _CUSTOMER | {"returned_at": _INSTANT, "order_id": _INTEGER, "reason": _TEXT, "quantity": pa.int32(), "refund": _FLOAT},
        {"kind": "events", "event_timestamp": "returned_at"},
    ),
    "web_events": (
        _CUSTOMER | {"seen_at": _INSTANT, "page": _TEXT, "device": _TEXT, "dwell_seconds": _FLOAT},
        {"kind": "events", "event_timestamp": "seen_at", "inclusive": True},
    ),
    "segments": (
        _CUSTOMER | {"valid_from": _INSTANT, "rank": pa.int32(), "segment": _TEXT, "score": _FLOAT},
        {"kind": "state", "event_timestamp": "valid_from", "tie_break": ("rank",)},
    ),
    "home_stores": (_CUSTOMER | {"store_id": _INTEGER, "region": _TEXT, "opened_on": pa.date32()}, {"kind": "static"}),
    "transactions": (
        _ACCOUNT
        | {"booked_at": _INSTANT, "known_at": _INSTANT, "transaction_id": _INTEGER, "kind": _TEXT}
        | {"amount": _FLOAT, "counterparty": _TEXT, "is_disputed": pa.bool_()},
        {"kind": "events", "event_timestamp": "booked_at", "arrival": "known_at"},
    ),
    "balances": (
        _ACCOUNT | {"valid_from": _INSTANT, "balance": pa.decimal128(14, 2), "credit_limit": _FLOAT},
        {"kind": "state", "event_timestamp": "valid_from"},
    ),
    "logins": (
        _ACCOUNT | {"login_at": _INSTANT, "device": _TEXT, "is_ok": pa.bool_()},
        {"kind": "events", "event_timestamp": "login_at"},
    ),
    "channel_fees": (
        {"channel": _TEXT, "valid_from": _INSTANT, "tier": pa.int32(), "fee": _FLOAT},
        {"kind": "state", "event_timestamp": "valid_from", "tie_break": ("tier",), "entity": "", "key": (("channel", "channel"),)},
    ),
}
INPUT_VIEW = "SELECT customer_id, SUM(total) AS spend, COUNT(*) AS orders FROM orders GROUP BY customer_id"


@dataclass(frozen=True)
class DuplicatePair:
    """Two views; `number` counts from 1 within the file."""

    title: str
    number: int
    left: CompiledView
    right: CompiledView

    @property
    def is_held_out(self) -> bool:
        """Tell whether nobody may tune by it."""
        return self.number % 2 == 0


def load_pairs(file: str) -> list[DuplicatePair]:
    """Compile the pairs of one of `FILES`."""
    compile_body = make_compiler()
    blocks = re.split(r"^# title: ", (FOLDER / f"{file}.txt").read_text("utf-8"), flags=re.MULTILINE)[1:]
    return [_pair(block, number, f"{file}_{number}", compile_body) for number, block in enumerate(blocks, start=1)]


Header = Mapping[str, list[str]]
Compile = Callable[[str, str, Header], CompiledView]


def _pair(block: str, number: int, name: str, compile_body: Compile) -> DuplicatePair:
    title, _, text = block.partition("\n")
    first, second = (part for part in re.split(r";$", text, flags=re.MULTILINE) if part.strip())
    header, body = _read(first)
    own_header, other_body = _read(second)
    # A default belongs to one side, as the returned types do.
    shared = {word: texts for word, texts in header.items() if word not in ("default", "returns", "param")}
    left = compile_body(f"{name}_left", body, header)
    return DuplicatePair(title, number, left, compile_body(f"{name}_right", other_body, {**shared, **own_header}))


def _read(part: str) -> tuple[dict[str, list[str]], str]:
    header: dict[str, list[str]] = {}
    body = []
    for line in part.strip("\n").splitlines():
        match = re.fullmatch(r"-- ([a-z]+): (.*)", line)
        if match:
            header.setdefault(match[1], []).append(match[2])
        else:
            body.append(line)
    return header, "\n".join(body).strip() + "\n"


def make_compiler() -> Compile:
    """Give a function that compiles a body with its header, over empty sources."""
    engine = DuckDBEngine(Path())
    sources = {name: _source(name, engine) for name in SOURCES}

    def compile_body(name: str, body: str, header: Header) -> CompiledView:
        entity = ENTITIES[header.get("entity", [""])[0]]
        references = as_source_references(header.get("source", []))
        definition = FeatureView(
            name=name,
            entity=entity.name,
            **{"sql" if re.match(r"(?i)(SELECT|WITH)\b", body) else "python": body},
            sources=references,
            inputs=tuple(parse_reference(text) for text in header.get("input", [])),
            request=_typed(header, "request"),
            returns=_typed(header, "returns"),
            params=tuple(parse_parameter(text) for text in header.get("param", [])),
            defaults=tuple((name, int(value)) for name, value in (text.split(" = ") for text in header.get("default", []))),
        )
        if definition.is_on_demand:
            return define_on_demand(definition, inputs=[_input(definition, compile_body)], engine=engine)
        by_alias = {reference.alias: sources[reference.source] for reference in references}
        return define(definition, entity=entity, sources=by_alias, engine=engine)

    return compile_body


def _source(name: str, engine: DuckDBEngine) -> Source:
    columns, declared = SOURCES[name]
    entity = CUSTOMER if "customer_id" in columns else ACCOUNT
    options = {"key": tuple((key, key) for key in entity.key_names), "entity": entity.name} | declared
    found = engine.table_columns(name, pa.schema(list(columns.items())).empty_table(), ())
    return Source(name=name, format="dataframe", location="", columns=found, **options)  # type: ignore[arg-type]


def _typed(header: Header, word: str) -> tuple[TypedName, ...]:
    return tuple(TypedName(*text.split(":")) for text in header.get(word, []))


def _input(definition: FeatureView, compile_body: Compile) -> InputView:
    view = compile_body("customer_value", INPUT_VIEW, {"entity": ["customer"], "source": ["orders:90d"]})
    outputs = tuple((reference.feature, reference.feature) for reference in definition.inputs)
    return InputView(view=view, version=1, keys=(), outputs=outputs)
