"""Feature engineering from the notebook: one definition for training and production.

`import jupyter_features as jf`, then `store = jf.connect()`; or `%load_ext jupyter_features` for the magics.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jupyter_features.errors import FeatureWarning, JupyterFeaturesError
from jupyter_features.server.points import _jupyter_labextension_paths, _jupyter_server_extension_points

if TYPE_CHECKING:
    from jupyter_features.feature_store import FeatureStore, connect
    from jupyter_features.widgets.browse_view import BrowseView
    from jupyter_features.widgets.skew_view import SkewView

__version__ = "0.1.0"

__all__ = [
    "BrowseView",
    "FeatureStore",
    "FeatureWarning",
    "JupyterFeaturesError",
    "SkewView",
    "__version__",
    "connect",
    "load_ipython_extension",
]

# Read by the Jupyter server and by JupyterLab under exactly these names.
_EXTENSION_POINTS = (_jupyter_labextension_paths, _jupyter_server_extension_points)
_LAZY = {
    "BrowseView": "jupyter_features.widgets.browse_view",
    "FeatureStore": "jupyter_features.feature_store",
    "SkewView": "jupyter_features.widgets.skew_view",
    "connect": "jupyter_features.feature_store",
}


def __getattr__(name: str) -> Any:
    # pandas, DuckDB and SQLAlchemy load with the first call that needs them, not with `import jupyter_features`.
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """Register `%feature`, `%%feature` and `%%feature_test`; called by `%load_ext jupyter_features`."""
    from jupyter_features.magics.magics import register

    register(shell)
