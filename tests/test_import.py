"""`import jupyter_features` is light: heavy libraries load with the first call that needs them."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("pandas", "pyarrow", "alembic", "nbformat", "jupyter_server", "redis", "pyspark", "duckdb", "sqlalchemy", "sqlglot", "IPython")


def test_importing_the_package_loads_no_heavy_library():
    assert _loaded_after("import jupyter_features") == []


def test_the_test_sees_a_heavy_library():
    assert "sqlglot" in _loaded_after("import sqlglot")


def _loaded_after(statement: str) -> list[str]:
    # A fresh interpreter: this one has loaded everything already.
    code = f"import sys; {statement}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return answer.stdout.split()
