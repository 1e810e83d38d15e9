"""Write to a store from a process of its own: `writer.py STORE endless|one`.

`endless` says "drawing" after 1000 rows and goes on until it is interrupted; `one` writes one row. An error is printed, and what
can be read after it.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from jupyter_features.errors import JupyterFeaturesError
from jupyter_features.online.sqlite import Row, SqliteOnlineStore


def endless() -> Iterator[Row]:
    """Draw rows until somebody interrupts."""
    for key in itertools.count():
        if key == 1000:
            print("drawing", flush=True)
        yield (key,), (key,)


def main(path: str, what: str) -> None:
    """Write the rows of 2 June 1998."""
    store = SqliteOnlineStore(Path(path))
    rows = endless() if what == "endless" else iter([((1,), (1,))])
    try:
        store.write(view="spend", version=1, as_of=datetime(1998, 6, 2, tzinfo=UTC), dtypes=["BIGINT"], rows=rows)
    except KeyboardInterrupt:
        print("interrupted")
    except JupyterFeaturesError as error:
        print(type(error).__name__, error.message)
    print(store.watermark("spend", 1))
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
