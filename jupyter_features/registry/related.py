"""Which other views take their values from the same source columns."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, or_, select

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.listing import Related
from jupyter_features.registry.schema import feature_views, pointers, versions

MOST_RELATED = 8


def related_views(connection: Connection, view: CompiledView) -> tuple[Related, ...]:
    """List what any environment serves and shares source columns with a view, most columns first, then by name.

    Columns count whose values flow into a feature; those that only choose rows count if the view has no others.
    """
    columns = _columns(view)
    if not columns:
        return ()
    same = (pointers.c.name == versions.c.name) & (pointers.c.version == versions.c.version)
    query = select(versions.c.name, versions.c.version, versions.c.definition, feature_views.c.owner).distinct()
    query = query.join(pointers, same).join(feature_views, feature_views.c.name == versions.c.name)
    # A rough sieve in the database; what passes is looked at closely.
    mentioned = or_(*(versions.c.definition.contains(f'"{column}"', autoescape=True) for column in sorted(columns)))
    found: dict[str, Related] = {}
    for row in connection.execute(query.where(versions.c.name != view.name, mentioned).order_by(versions.c.name, versions.c.version)):
        shared = columns & _columns(msgspec.json.decode(row.definition, type=CompiledView))
        if shared:
            found[row.name] = Related(name=row.name, version=row.version, owner=row.owner, columns=tuple(sorted(shared)))
    return tuple(sorted(found.values(), key=lambda each: (-len(each.columns), each.name))[:MOST_RELATED])


def _columns(view: CompiledView) -> frozenset[str]:
    values = {column for feature in view.features for column in feature.value_lineage}
    return frozenset(values or {column for feature in view.features for column in feature.row_lineage})
