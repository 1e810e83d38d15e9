"""The cell that reads a published view: it runs as it is, and shows where one's own rows go."""

from __future__ import annotations

from jupyter_features.definitions.feature_view import FeatureViewVersion


def snippet(version: FeatureViewVersion) -> str:
    """Write Python source for one notebook cell."""
    features = ",\n    ".join(f'"{version.reference}:{name}"' for name in version.view.feature_names)
    request = [each.name for each in version.view.definition.request]
    columns = ", ".join([*version.view.entity.key_names, *request, "as_of"])
    return (
        "import jupyter_features as jf\n\n"
        "store = jf.connect()\n"
        f'rows = store.sample_entities("{version.reference}", rows=5)  # or your own DataFrame: {columns}\n'
        f"features = [\n    {features},\n]\n"
        'train = store.training_set(rows, features, timestamp="as_of")\n'
        "train.to_pandas()\n"
    )
