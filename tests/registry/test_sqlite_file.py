from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_features.errors import PublishError
from jupyter_features.registry.changes import Publish
from jupyter_features.registry.questions import ListNames
from jupyter_features.registry.sql_registry import SqlRegistry

from .shelf import make_view, open_sqlite, passed

Publisher = Callable[..., tuple[int, bool]]


def test_file_is_not_created_by_reading(registry: SqlRegistry, path: Path) -> None:
    assert registry.send(ListNames()) == ()
    registry.close()
    assert not path.parent.exists()


def test_reading_does_not_import_alembic(path: Path, publish: Publisher) -> None:
    publish(open_sqlite(path), make_view())
    program = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from pathlib import Path; from jupyter_features.definitions.subject import Subject\n"
        "from jupyter_features.registry.open_registry import open_registry; from jupyter_features.registry.questions import ListNames\n"
        f"registry = open_registry('sqlite:///{path.name}', folder=Path({str(path.parent)!r}), subject=Subject(name='ada'))\n"
        "print(registry.send(ListNames()), 'alembic' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "('customer_spend',) False\n"


def test_what_cannot_be_published_is_refused_without_waiting_for_a_writer(registry: SqlRegistry) -> None:
    view = make_view(owner="")

    with registry.database.writing(), pytest.raises(PublishError, match="has no owner"):
        registry.send(Publish(view=view, environment="dev", evidence=passed(view)))
