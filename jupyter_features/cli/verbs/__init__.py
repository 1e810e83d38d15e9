"""Every verb: its options, and the one facade call it stands for."""

from __future__ import annotations

from argparse import Namespace

from jupyter_features.card import Displayed
from jupyter_features.cli.verbs.consuming import CONSUMING
from jupyter_features.cli.verbs.finding import FINDING
from jupyter_features.cli.verbs.publishing import PUBLISHING
from jupyter_features.cli.verbs.reading import READING, Values
from jupyter_features.cli.verbs.serving import SERVING
from jupyter_features.feature_store import FeatureStore
from jupyter_features.feature_store.cells.declaring import DECLARING, what_exists_already
from jupyter_features.feature_store.cells.verb import Body, Verb

__all__ = ["VERBS", "Body", "Values", "Verb", "run_verb", "what_exists_already"]

VERBS: tuple[Verb, ...] = (*DECLARING, *FINDING, *PUBLISHING, *CONSUMING, *READING, *SERVING)


def run_verb(store: FeatureStore, options: Namespace, body: Body | None) -> Displayed:
    """Run a parsed verb."""
    verb = next(verb for verb in VERBS if verb.name == options.verb)
    return verb.run(store, options, body)
