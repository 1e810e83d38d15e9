from collections.abc import Callable

from jupyter_features.definitions.feature_view import CompiledView

Compile = Callable[..., CompiledView]


def test_values_and_rows_are_told_apart(compile_sql: Compile) -> None:
    view = compile_sql(
        """SELECT p.customer_id,
                  SUM(p.amount) FILTER (WHERE p.cds > 1) AS s,
                  MAX(c.segment) AS segment,
                  COUNT(*) AS n
           FROM purchases p LEFT JOIN profiles c USING (customer_id)
           GROUP BY p.customer_id"""
    )
    shared = ("profiles.customer_id", "profiles.valid_from", "purchases.customer_id", "purchases.purchased_at")
    assert {feature.name: (feature.value_lineage, feature.row_lineage) for feature in view.features} == {
        "s": (("purchases.amount",), tuple(sorted((*shared, "purchases.cds")))),
        "segment": (("profiles.segment",), shared),
        "n": ((), shared),
    }


def test_a_column_that_is_also_filtered_on_is_a_value(compile_sql: Compile) -> None:
    view = compile_sql("SELECT customer_id, SUM(amount) AS s FROM purchases WHERE amount > 0 GROUP BY 1")
    assert view.feature("s").value_lineage == ("purchases.amount",)
    assert view.feature("s").row_lineage == ("purchases.customer_id", "purchases.purchased_at")
