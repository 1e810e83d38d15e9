from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jupyter_features.errors import OnlineStoreError
from jupyter_features.online.sqlite import Row, SqliteOnlineStore
from jupyter_features.online.vectors import Vectors, Written

MONDAY, TUESDAY, WEDNESDAY = (datetime(1998, 6, day, tzinfo=UTC) for day in (1, 2, 3))
DTYPES = ("BIGINT", "VARCHAR")


def write(store: SqliteOnlineStore, as_of: datetime, rows: Iterable[Row], *, view: str = "spend", version: int = 1) -> Written:
    return store.write(view=view, version=version, as_of=as_of, dtypes=DTYPES, rows=rows)


def read(store: SqliteOnlineStore, *keys: object, view: str = "spend", version: int = 1) -> Vectors:
    return store.read(view=view, version=version, dtypes=DTYPES, keys=[(key,) for key in keys])


def row(key: object, orders: int | None, best: str | None = "tea") -> Row:
    return (key,), (orders, best)


def test_written_rows_are_read_in_the_asked_order(store: SqliteOnlineStore) -> None:
    written = write(store, MONDAY, [row(1, 10), row(2, 20), row(3, None, None)])

    assert written == Written(changed=3)
    assert read(store, 3, 1, 99, 1) == Vectors(MONDAY, ((None, None), (10, "tea"), None, (10, "tea")))
    assert read(store) == Vectors(MONDAY, ())


def test_what_was_never_materialized_has_no_instant(store: SqliteOnlineStore, path: Path) -> None:
    assert read(store, 1) == Vectors(None, (None,))
    assert store.watermark("spend", 1) is None
    assert not path.parent.exists()


def test_number_and_text_are_different_keys(store: SqliteOnlineStore) -> None:
    write(store, MONDAY, [row(1, 10), row("1", 20)])

    assert read(store, "1", 1).values == ((20, "tea"), (10, "tea"))


def test_null_key_is_neither_stored_nor_found(store: SqliteOnlineStore) -> None:
    assert write(store, MONDAY, [row(1, 10), row(None, 20)]) == Written(changed=1)
    assert read(store, None).values == (None,)


def test_versions_and_views_are_kept_apart(store: SqliteOnlineStore) -> None:
    write(store, MONDAY, [row(1, 10)], version=1)
    write(store, TUESDAY, [row(1, 20)], version=2)
    write(store, WEDNESDAY, [row(1, 30)], view="rhythm")

    assert read(store, 1, version=1) == Vectors(MONDAY, ((10, "tea"),))
    assert read(store, 1, version=2) == Vectors(TUESDAY, ((20, "tea"),))
    assert read(store, 1, view="rhythm") == Vectors(WEDNESDAY, ((30, "tea"),))


def test_second_write_counts_changed_emptied_and_unchanged(store: SqliteOnlineStore) -> None:
    write(store, MONDAY, [row(1, 10), row(2, 20), row(3, 30)])

    written = write(store, TUESDAY, [row(1, 10), row(2, 21), row(4, 40)])

    assert written == Written(changed=2, emptied=1, unchanged=1)
    assert read(store, 1, 2, 3, 4) == Vectors(TUESDAY, ((10, "tea"), (21, "tea"), None, (40, "tea")))


def test_emptied_entity_is_emptied_once_and_may_return(store: SqliteOnlineStore) -> None:
    write(store, MONDAY, [row(1, 10)])

    assert write(store, TUESDAY, []) == Written(emptied=1)
    assert write(store, TUESDAY, []) == Written()
    assert write(store, WEDNESDAY, [row(1, 10)]) == Written(changed=1)
    assert read(store, 1) == Vectors(WEDNESDAY, ((10, "tea"),))


def test_repeated_write_changes_nothing(store: SqliteOnlineStore) -> None:
    write(store, MONDAY, [row(1, 10)])

    assert write(store, MONDAY, [row(1, 10)]) == Written(unchanged=1)


def test_older_write_is_superseded_and_draws_no_rows(store: SqliteOnlineStore) -> None:
    write(store, TUESDAY, [row(1, 10)])

    def never() -> Iterator[Row]:
        raise AssertionError
        yield row(1, 0)

    assert write(store, MONDAY, never()) == Written(superseded=True)
    assert read(store, 1) == Vectors(TUESDAY, ((10, "tea"),))
    assert store.watermark("spend", 1) == TUESDAY


def test_write_overtaken_by_a_later_one_while_its_rows_are_drawn_is_superseded(path: Path) -> None:
    slow, fast = SqliteOnlineStore(path), SqliteOnlineStore(path)

    def rows() -> Iterator[Row]:
        yield row(1, 10)
        assert write(fast, WEDNESDAY, [row(1, 30)]) == Written(changed=1)
        yield row(2, 20)

    assert write(slow, TUESDAY, rows()) == Written(superseded=True)
    assert read(slow, 1, 2) == Vectors(WEDNESDAY, ((30, "tea"), None))
    slow.close()
    fast.close()


def test_naive_instant_is_utc_and_microseconds_are_kept(store: SqliteOnlineStore) -> None:
    write(store, datetime.fromisoformat("1998-06-01T12:30:15.123456"), [])

    assert store.watermark("spend", 1) == datetime(1998, 6, 1, 12, 30, 15, 123456, tzinfo=UTC)
    assert read(store, 1) == Vectors(datetime(1998, 6, 1, 12, 30, 15, 123456, tzinfo=UTC), (None,))


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, PermissionError])
def test_failing_rows_leave_the_store_as_it_was(store: SqliteOnlineStore, error: type[BaseException]) -> None:
    write(store, MONDAY, [row(1, 10)])

    def rows() -> Iterator[Row]:
        yield row(1, 11)
        yield row(2, 20)
        raise error

    with pytest.raises(error):
        write(store, TUESDAY, rows())

    assert read(store, 1, 2) == Vectors(MONDAY, ((10, "tea"), None))
    assert write(store, TUESDAY, [row(1, 11)]) == Written(changed=1)


def test_value_of_another_type_leaves_the_store_as_it_was(store: SqliteOnlineStore) -> None:
    write(store, MONDAY, [row(1, 10)])

    with pytest.raises(OnlineStoreError, match=r"values \(1.5, 'tea'\) do not fit the types \(BIGINT, VARCHAR\)"):
        write(store, TUESDAY, [row(2, 20), ((1,), (1.5, "tea"))])

    assert read(store, 1, 2) == Vectors(MONDAY, ((10, "tea"), None))


def test_entity_given_twice_is_refused(store: SqliteOnlineStore) -> None:
    with pytest.raises(OnlineStoreError, match="rows of spend@1 have one entity twice"):
        write(store, MONDAY, [row(1, 10), row(1, 11)])

    assert store.watermark("spend", 1) is None


def test_stores_on_one_file_see_each_others_writes(path: Path) -> None:
    writer, reader = SqliteOnlineStore(path), SqliteOnlineStore(path)
    assert read(reader, 1) == Vectors(None, (None,))

    write(writer, MONDAY, [row(1, 10)])
    assert read(reader, 1) == Vectors(MONDAY, ((10, "tea"),))
    write(writer, TUESDAY, [row(1, 20)])

    assert read(reader, 1) == Vectors(TUESDAY, ((20, "tea"),))
    reader.close()


def test_deleted_file_is_an_empty_store_again(path: Path) -> None:
    store = SqliteOnlineStore(path)
    write(store, MONDAY, [row(1, 10)])
    assert store.watermark("spend", 1) == MONDAY
    for part in path.parent.iterdir():
        part.unlink()

    assert read(store, 1) == Vectors(None, (None,))
    assert write(store, MONDAY, [row(1, 11)]) == Written(changed=1)
    assert read(store, 1) == Vectors(MONDAY, ((11, "tea"),))
    store.close()


def test_threads_share_a_store(store: SqliteOnlineStore) -> None:
    write(store, MONDAY, [row(key, key) for key in range(100)])
    wrong: list[int] = []

    def look_up() -> None:
        wrong.extend(key for key in range(100) if read(store, key).values != ((key, "tea"),))

    threads = [threading.Thread(target=look_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_closed_store_opens_again_and_memory_is_gone(path: Path) -> None:
    kept, lost = SqliteOnlineStore(path), SqliteOnlineStore(None)
    for store in (kept, lost):
        write(store, MONDAY, [row(1, 10)])
        store.close()

    assert kept.watermark("spend", 1) == MONDAY
    assert lost.watermark("spend", 1) is None
    kept.close()
    lost.close()


def test_twenty_thousand_rows_and_more_keys_than_sql_variables(store: SqliteOnlineStore) -> None:
    rows = [row(key, key % 7) for key in range(20_000)]

    assert write(store, MONDAY, rows) == Written(changed=20_000)
    assert write(store, TUESDAY, rows[:15_000]) == Written(emptied=5_000, unchanged=15_000)

    assert read(store, *range(40_000)).values == (*((key % 7, "tea") for key in range(15_000)), *[None] * 25_000)
