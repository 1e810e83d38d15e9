"""A registry: one door through which every question and change goes, wherever the data is."""

from __future__ import annotations

from typing import Protocol

from jupyter_features.registry.request import Answer, Request


class Registry(Protocol):
    """Published feature views and all that belongs to them; made by `open_registry`."""

    @property
    def label(self) -> str:
        """What people know it by; never with a password or token."""
        ...

    def send(self, request: Request[Answer]) -> Answer:
        """Answer a request.

        Raises
        ------
        JupyterFeaturesError
            What the request's own page says; `RegistryVersionError` if a newer package wrote the registry; `RegistryError` if
            it cannot be reached, is damaged, is something else, or stays locked; `ForbiddenError` if the one who asks may not.
        """
        ...

    def close(self) -> None:
        """Let go of everything that is open."""
        ...
