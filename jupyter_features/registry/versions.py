"""How versions are stored as rows and read back."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from jupyter_features.analysis.compatibility import Compatibility
from jupyter_features.definitions.evidence import Evidence
from jupyter_features.definitions.feature_view import CompiledView, FeatureViewVersion
from jupyter_features.definitions.probe_signature import ProbeSignature
from jupyter_features.errors import RegistryError
from jupyter_features.registry.schema import pointers, versions, view_inputs


def insert_version(
    connection: Connection,
    version: FeatureViewVersion,
    *,
    evidence: Evidence,
    signature: ProbeSignature | None,
    compatibility: Compatibility | None,
    duplicate_reason: str,
) -> None:
    """Store a new version, what speaks for it, and which versions it reads."""
    connection.execute(
        versions.insert().values(
            name=version.name,
            version=version.version,
            fingerprint=version.view.fingerprint,
            definition=_json(version.view),
            author=version.author,
            published_at=version.published_at,
            checks=_json(version.checks),
            tests=version.tests,
            evidence=_json(evidence),
            signature=_json(signature) if signature else None,
            compatibility=_json(compatibility) if compatibility else None,
            duplicate_reason=duplicate_reason,
        )
    )
    inputs = {(each.view.name, each.version) for each in version.view.inputs}
    reader = {"reader": version.name, "reader_version": version.version}
    if inputs:
        connection.execute(view_inputs.insert(), [{**reader, "name": name, "version": number} for name, number in sorted(inputs)])


def test_texts_of(connection: Connection, version: FeatureViewVersion) -> tuple[str, ...]:
    """Read the feature tests on record of a version, as written; none for those of the first schema."""
    here = (versions.c.name == version.name) & (versions.c.version == version.version)
    found = connection.execute(select(versions.c.evidence).where(here)).scalar()
    return msgspec.json.decode(found, type=Evidence).texts if found else ()


def keep_evidence(connection: Connection, version: FeatureViewVersion, evidence: Evidence) -> FeatureViewVersion:
    """Put another record of checks and tests beside a version; give the version as it reads then."""
    renewed = msgspec.structs.replace(version, checks=evidence.passed_names, tests=evidence.tests)
    here = (versions.c.name == version.name) & (versions.c.version == version.version)
    record = {"checks": _json(renewed.checks), "tests": renewed.tests, "evidence": _json(evidence)}
    connection.execute(versions.update().where(here).values(record))
    return renewed


def versions_of(connection: Connection, name: str) -> tuple[FeatureViewVersion, ...]:
    """Read all versions of a view, newest first; empty for an unknown name."""
    query = select(versions).where(versions.c.name == name).order_by(versions.c.version.desc())
    return tuple(_decode_version(row) for row in connection.execute(query))


def find_version(connection: Connection, name: str, version: int) -> FeatureViewVersion | None:
    """Read one version; None if there is none."""
    row = connection.execute(select(versions).where(versions.c.name == name, versions.c.version == version)).one_or_none()
    return None if row is None else _decode_version(row)


def same_and_newest(connection: Connection, name: str, fingerprint: str) -> tuple[FeatureViewVersion | None, FeatureViewVersion | None]:
    """Read the version of a view that has a fingerprint, and the newest one; None where there is none."""
    same = connection.execute(select(versions).where(versions.c.name == name, versions.c.fingerprint == fingerprint)).one_or_none()
    newest = connection.execute(select(versions).where(versions.c.name == name).order_by(versions.c.version.desc()).limit(1)).one_or_none()
    return (_decode_version(same) if same else None), (_decode_version(newest) if newest else None)


def compatibilities_of(connection: Connection, name: str) -> dict[int, Compatibility]:
    """Read how each version of a view goes with the one before; the first has none, nor have those of the first schema."""
    query = select(versions.c.version, versions.c.compatibility).where(versions.c.name == name, versions.c.compatibility.is_not(None))
    return {row.version: msgspec.json.decode(row.compatibility, type=Compatibility) for row in connection.execute(query)}


def pointers_of(connection: Connection, name: str) -> dict[str, int]:
    """Read which version each environment serves, by environment."""
    query = select(pointers.c.environment, pointers.c.version).where(pointers.c.name == name).order_by(pointers.c.environment)
    return {row.environment: row.version for row in connection.execute(query)}


def published_names(connection: Connection) -> tuple[str, ...]:
    """Read the names of all views that have a version, sorted."""
    return tuple(connection.execute(select(versions.c.name).distinct().order_by(versions.c.name)).scalars())


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _decode_version(row: Row[Any]) -> FeatureViewVersion:
    try:
        return FeatureViewVersion(
            view=_decode_view(row.definition),
            version=row.version,
            author=row.author,
            published_at=row.published_at,
            checks=msgspec.json.decode(row.checks, type=tuple[str, ...]),
            tests=row.tests,
        )
    except msgspec.DecodeError as error:
        raise RegistryError(
            f"The stored definition of {row.name}@{row.version} cannot be read: {error}.", hint="Restore the registry from a backup."
        ) from error


# Lists decode every served view again and again; the text never changes, so neither does the value.
@lru_cache(maxsize=4096)
def _decode_view(definition: str) -> CompiledView:
    return msgspec.json.decode(definition, type=CompiledView)
