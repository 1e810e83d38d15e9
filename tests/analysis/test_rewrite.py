from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_features.definitions.feature_view import CompiledView

Compile = Callable[..., CompiledView]
PAIRS = Path(__file__).parent.parent / "fixtures" / "analysis" / "rewrite.sql"


def _pairs() -> list[tuple[str, str, str]]:
    blocks = [block for block in PAIRS.read_text("utf-8").split("# title: ") if block.strip()]
    return [(title, *(part.strip() for part in body.split(";")[:2])) for title, _, body in (block.partition("\n") for block in blocks)]  # type: ignore[misc]


@pytest.mark.parametrize(("title", "written", "expected"), _pairs(), ids=[pair[0] for pair in _pairs()])
def test_the_normal_form(compile_sql: Compile, title: str, written: str, expected: str) -> None:
    assert compile_sql(written).normal_sql == expected
