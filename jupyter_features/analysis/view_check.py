"""A last look at a compiled view that comes from somebody else: do its parts belong together, and can they be compared?"""

from __future__ import annotations

import re

from jupyter_features.analysis.feature_meaning import feature_meanings
from jupyter_features.analysis.normal_form_check import normal_form_fault
from jupyter_features.definitions.entity import GLOBAL
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.names import check_name
from jupyter_features.errors import InvalidNameError, JupyterFeaturesError

_FINGERPRINT = re.compile(r"[\w-]{1,128}", re.ASCII)
_DEEPEST_INPUTS = 8
_LONGEST_TEXT, _LONGEST_TAG, _MOST_TAGS = 10_000, 120, 1_000
_LONGEST_BODY = 100_000


def view_fault(view: CompiledView) -> str:
    """Say what is wrong with a view that claims to be compiled, as the end of a sentence; empty if nothing is."""
    return _words_fault(view) or _parts_fault(view) or normal_form_fault(view) or _meaning_fault(view)


def _words_fault(view: CompiledView) -> str:
    definition = view.definition
    if not _FINGERPRINT.fullmatch(view.fingerprint):
        return "its fingerprint is none"
    if len(definition.body) > _LONGEST_BODY:
        return f"its text is longer than {_LONGEST_BODY:,} characters"
    if len(definition.description) > _LONGEST_TEXT:
        return f"its description is longer than {_LONGEST_TEXT:,} characters"
    if len(definition.tags) > _MOST_TAGS or any(len(tag) > _LONGEST_TAG for tag in definition.tags):
        return f"it has more than {_MOST_TAGS:,} tags, or one longer than {_LONGEST_TAG} characters"
    return ""


def _parts_fault(view: CompiledView) -> str:
    definition = view.definition
    try:
        names = [check_name("a feature", name).lower() for name in view.feature_names]
    except InvalidNameError as error:
        return f"{error.name[:40]!r} cannot be the name of a feature"
    if not names or len(set(names)) < len(names):
        return "it has no feature" if not names else "it names a feature twice"
    if not definition.is_on_demand and view.entity != GLOBAL and view.entity.name != definition.entity:
        return f"it describes {definition.entity!r} and has the keys of {view.entity.name!r}"
    known = {source.name for source in view.sources}
    missing = [each.source for each in definition.sources if each.source not in known]
    if missing:
        return f"source {missing[0]!r} is not declared"
    missing = [each.view for each in definition.inputs if each.view not in {read.view.name for read in view.inputs}]
    if missing:
        return f"its input {missing[0]!r} is missing"
    return "its inputs are nested too deeply" if _depth(view) > _DEEPEST_INPUTS else ""


def _depth(view: CompiledView) -> int:
    level, depth = [view], 0
    while level and depth <= _DEEPEST_INPUTS:
        level, depth = [each.view for view in level for each in view.inputs], depth + 1
    return depth


def _meaning_fault(view: CompiledView) -> str:
    """Try what every later publish will do with this version, so that one that cannot be compared does not block the next."""
    try:
        feature_meanings(view)
    except JupyterFeaturesError as error:  # a function that breaks a rule
        return f"{error.code}: {error.message.rstrip('.')}"
    except Exception:  # noqa: BLE001  # a normal form that no compiler of ours wrote may fail here in any way
        return "its query is none that the compiler writes"
    return ""
