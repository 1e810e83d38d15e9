"""What every view answers on the probe, for the search for duplicates."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, and_, exists, func, select

from jupyter_features.definitions.probe_signature import ProbeSignature
from jupyter_features.registry.questions import SignatureLine
from jupyter_features.registry.schema import feature_views, versions, yanks
from jupyter_features.registry.standings import standings


def list_signatures(connection: Connection, now: datetime) -> tuple[SignatureLine, ...]:
    """See `ListSignatures`; states as of `now` (aware UTC)."""
    is_yanked = exists().where(yanks.c.name == versions.c.name, yanks.c.version == versions.c.version)
    newest = select(versions.c.name, func.max(versions.c.version).label("version")).where(~is_yanked).group_by(versions.c.name).subquery()
    query = (
        select(versions.c.name, versions.c.version, versions.c.fingerprint, versions.c.signature, feature_views.c.owner)
        .join(newest, and_(newest.c.name == versions.c.name, newest.c.version == versions.c.version))
        .join(feature_views, feature_views.c.name == versions.c.name)
        .where(feature_views.c.state != "retired")
        .order_by(versions.c.name)
    )
    lives = standings(connection, now)
    return tuple(
        SignatureLine(
            name=row.name,
            version=row.version,
            owner=row.owner,
            state=lives.of(row.name, row.version).state,
            fingerprint=row.fingerprint,
            signature=msgspec.json.decode(row.signature, type=ProbeSignature) if row.signature else None,
        )
        for row in connection.execute(query)
    )
