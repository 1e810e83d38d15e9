"""How Alembic runs the migrations: on the connection it is given, in the transaction that is already open."""

from __future__ import annotations

from alembic import context

from jupyter_features.registry.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
