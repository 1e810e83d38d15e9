"""What Jupyter asks a package to find its extensions; free of imports, so that asking costs nothing."""

from __future__ import annotations


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Name the module that the Jupyter server loads."""
    return [{"module": "jupyter_features.server.extension"}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Name the built JupyterLab extension and where it is installed."""
    return [{"src": "labextension", "dest": "jupyter-features"}]
