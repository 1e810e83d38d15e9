"""A saved folder: one Parquet file and its manifest, there complete or not at all, and never written again."""

from __future__ import annotations

import errno
import hashlib
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from jupyter_features.errors import ConflictError, EntityDataframeError, NotFoundError, SourceDataError
from jupyter_features.operations.frame import beside
from jupyter_features.operations.parquet_frame import ParquetFrame
from jupyter_features.operations.training_manifest import FORMAT, feature_columns

DATA_FILE = "training_set.parquet"
MANIFEST_FILE = "manifest.json"


class WrittenFolder:
    """A folder while it is written, a chunk at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def write(self, rows: pa.Table, features: pa.Table) -> None:
        """Append rows with their features.

        Raises
        ------
        EntityDataframeError
            If a column has a type that Parquet cannot keep.
        """
        table = beside(rows, features)
        try:
            if self._writer is None:
                self._writer = pq.ParquetWriter(self._path / DATA_FILE, table.schema, compression="zstd")
            self._writer.write_table(table, row_group_size=_GROUP_ROWS)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
            raise EntityDataframeError(f"A column cannot be kept in Parquet: {error}.", hint="Leave it out, or convert it.") from error

    def finish(self, manifest: Mapping[str, object]) -> None:
        """Write the manifest and close both files for good."""
        self.close()
        data, described = self._path / DATA_FILE, self._path / MANIFEST_FILE
        whole = {**manifest, "data": {"file": DATA_FILE, "sha256": _file_hash(data)}}
        described.write_bytes(msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n")
        for file in (data, described):
            file.chmod(0o444)

    def close(self) -> None:
        """Close the data file."""
        if self._writer is not None:
            self._writer.close()


_GROUP_ROWS = 131_072


@contextmanager
def new_folder(folder: Path) -> Iterator[WrittenFolder]:
    """Make a folder that appears when the block ends well; after an error or interruption nothing is left.

    Raises
    ------
    ConflictError
        If the folder exists, at the beginning or at the end.
    """
    folder = folder.absolute()
    if folder.exists():
        raise _exists(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that the last step is one rename within a file system.
    hidden = folder.parent / f".{folder.name}.{secrets.token_hex(4)}.partial"
    hidden.mkdir()
    try:
        written = WrittenFolder(hidden)
        try:
            yield written
        finally:
            written.close()
        _rename(hidden, folder)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


@dataclass(frozen=True)
class SavedFolder:
    """A saved training set as it lies on disk.

    Parameters
    ----------
    rows, values
        The caller's columns, and the feature columns.
    """

    path: Path
    manifest: Mapping[str, object]
    rows: ParquetFrame
    values: ParquetFrame

    @classmethod
    def open(cls, folder: Path) -> SavedFolder:
        """Read the manifest.

        Raises
        ------
        NotFoundError
            If there is no saved training set.
        SourceDataError
            If the manifest cannot be read, is of a later format, or does not fit the data.
        """
        described, data = folder / MANIFEST_FILE, folder / DATA_FILE
        if not described.is_file() or not data.is_file():
            raise NotFoundError("training set", str(folder), hint="Give the folder that train.save(folder) has written.")
        manifest = _read_manifest(described)
        features = feature_columns(manifest)
        whole = ParquetFrame.of_file(data)
        lacking = [name for name in features if name not in whole.names]
        if lacking or whole.count != manifest["rows"]:
            raise SourceDataError(f"{str(data)!r} does not have the columns and rows that its manifest tells of.")
        others = frozenset(whole.names) - frozenset(features)
        return cls(folder, manifest, whole.without(frozenset(features)), whole.without(others | frozenset(whole.index)))

    def check_unharmed(self) -> None:
        """Refuse data that is not what was saved.

        Raises
        ------
        SourceDataError
            If the file has other bytes.
        """
        data: Mapping[str, str] = self.manifest["data"]  # type: ignore[assignment]  # JSON has no types
        if _file_hash(self.path / DATA_FILE) != data["sha256"]:
            raise SourceDataError(
                f"{str(self.path / DATA_FILE)!r} was changed after it was saved.", hint="Restore it; saved training sets are immutable."
            )


def _read_manifest(path: Path) -> Mapping[str, object]:
    try:
        manifest: Mapping[str, object] = msgspec.json.decode(path.read_bytes(), type=dict[str, object])
    except msgspec.DecodeError as error:
        raise SourceDataError(f"{str(path)!r} is no manifest: {error}.") from error
    lacking = {"views", "sources", "options", "rows", "columns", "content_sha256", "data"} - manifest.keys()
    if manifest.get("format") != FORMAT or lacking:
        raise SourceDataError(f"{str(path)!r} is no manifest of format {FORMAT}.", hint="A later version of jupyter_features may read it.")
    return manifest


def _rename(hidden: Path, folder: Path) -> None:
    # A rename replaces an empty folder without a word, so it is looked for once more.
    if folder.exists():
        raise _exists(folder)
    try:
        hidden.rename(folder)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
            raise _exists(folder) from error
        raise


def _exists(folder: Path) -> ConflictError:
    return ConflictError(f"{str(folder)!r} exists already.", hint="Saved training sets are immutable: choose another folder.")


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
