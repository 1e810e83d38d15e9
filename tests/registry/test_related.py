"""Views that take values from the same columns."""

from __future__ import annotations

import msgspec

from jupyter_features.registry.changes import Retire
from jupyter_features.registry.questions import GetDetail


def _related(registry, name):
    return [(each.name, each.columns) for each in registry.send(GetDetail(name=name)).related]


def test_views_that_share_value_columns_are_related_most_columns_first(registry, make_view, publish):
    publish(registry, make_view())
    one = make_view("customer_price")
    feature = msgspec.structs.replace(one.features[0], value_lineage=("invoices.unit_price",))
    publish(registry, msgspec.structs.replace(one, features=(feature,)))
    publish(registry, make_view("customer_total"))
    other = make_view("customer_other")
    feature = msgspec.structs.replace(other.features[0], value_lineage=("invoices.country",))
    publish(registry, msgspec.structs.replace(other, features=(feature,)))

    assert _related(registry, "customer_spend") == [
        ("customer_total", ("invoices.quantity", "invoices.unit_price")),
        ("customer_price", ("invoices.unit_price",)),
    ]
    assert _related(registry, "customer_other") == []


def test_what_no_environment_serves_is_not_related(registry, make_view, publish):
    publish(registry, make_view())
    publish(registry, make_view("customer_total"))
    registry.send(Retire(name="customer_total", reason="unused"))

    assert _related(registry, "customer_spend") == []
