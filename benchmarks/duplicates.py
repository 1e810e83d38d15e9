"""How well duplicates are found: `python benchmarks/duplicates.py [VIEWS]`, by default searched among 10,000 views.

Prints recall on pairs of views that mean the same and false merges on pairs that only look so, for the half of the pairs by
which thresholds were tuned, for the other half, and for pairs that were written last; what was missed; and the time to search
among many views. Exits with 1 if a claim does not hold.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.probe_signature import FeatureSignature, ProbeSignature
from jupyter_features.operations.duplicates import find_duplicates
from jupyter_features.operations.probing.answers import Prober
from jupyter_features.operations.signature import sign
from jupyter_features.operations.similarity.known import Known
from jupyter_features.operations.similarity.report import Duplicates
from tests.duplicate_pairs import DuplicatePair, load_pairs

RECALL_CLAIM, FALSE_CLAIM, SECONDS_CLAIM = 0.95, 0, 1.0
RUNS = 5
FEATURES = 4


def main(views: int = 10_000) -> int:
    """Print all figures."""
    with Prober() as prober:
        equivalent, near_misses = load_pairs("equivalent"), load_pairs("near_misses")
        halves = [
            ("the half used for tuning", [_half(pairs, is_held_out=False) for pairs in (equivalent, near_misses)]),
            ("the other half", [_half(pairs, is_held_out=True) for pairs in (equivalent, near_misses)]),
            ("pairs written last, measured only", [load_pairs("fresh_equivalent"), load_pairs("fresh_near_misses")]),
        ]
        claims = [_quality(label, *pairs, prober) for label, pairs in halves]
        return 0 if _speed([*equivalent, *near_misses], views, prober) and all(claims) else 1


def known_as(view: CompiledView, signature: ProbeSignature, reference: str = "known@1") -> Known:
    """Publish a view, as far as the search can tell."""
    return Known(reference.partition("@")[0], reference, view.fingerprint, signature, lambda: view, "growth")


def compare(pair: DuplicatePair, prober: Prober) -> Duplicates:
    """Search for the left view of a pair among the right one alone."""
    return find_duplicates(pair.left, [known_as(pair.right, sign(pair.right, prober))], prober=prober)


def is_found(pair: DuplicatePair, found: Duplicates) -> bool:
    """Tell whether every feature of the left view has a counterpart."""
    return {feature for finding in found.exact for feature in finding.exact_features} == set(pair.left.feature_names)


def _half(pairs: Sequence[DuplicatePair], *, is_held_out: bool) -> list[DuplicatePair]:
    return [pair for pair in pairs if pair.is_held_out == is_held_out]


def _quality(label: str, equivalent: Sequence[DuplicatePair], near_misses: Sequence[DuplicatePair], prober: Prober) -> bool:
    rewrites = [(pair, compare(pair, prober)) for pair in equivalent]
    others = [(pair, compare(pair, prober)) for pair in near_misses]
    missed = [pair for pair, found in rewrites if not is_found(pair, found)]
    merged = [pair for pair, found in others if found.must_explain]
    told = sum(any(finding.kind == "near" for finding in found.findings) for _, found in others)
    recall = 1 - len(missed) / len(rewrites)
    print(label)
    print(f"  same meaning   {len(rewrites):3} pairs, {len(rewrites) - len(missed):3} found: recall {recall:.1%}")
    print(f"  near misses    {len(others):3} pairs, {len(merged):3} falsely merged; {told} are told to be near")
    for outcome, pairs in (("missed", missed), ("falsely merged", merged)):
        for pair in pairs:
            print(f"    {outcome}: {pair.number} {pair.title}")
    return recall >= RECALL_CLAIM and len(merged) <= FALSE_CLAIM


def _speed(pairs: Sequence[DuplicatePair], views: int, prober: Prober) -> bool:
    base = [(view, sign(view, prober)) for pair in pairs for view in (pair.left, pair.right)]
    times = {name: _seconds(lambda view=view: sign(view, prober)) for name, (view, _) in enumerate(base[:40])}
    sizes = [len(msgspec.msgpack.encode(signature)) for _, signature in base]
    print(f"signing a view   median {1000 * statistics.median(times.values()):.0f} ms, {statistics.median(sizes):,.0f} bytes")
    dice = random.Random(0)
    known = [
        replace(known_as(view, varied(signature, dice), f"view_{place}@1"), fingerprint=f"{place:032x}")
        for place, (view, signature) in enumerate(base[place % len(base)] for place in range(views))
    ]
    asked, own = base[0]
    alone = [_seconds(lambda: find_duplicates(asked, known, signature=own, prober=prober)) for _ in range(RUNS)]
    found = find_duplicates(asked, known, signature=own, prober=prober)
    assert not found.must_explain
    known[views // 2] = known_as(base[1][0], base[1][1], "planted@1")
    planted = [_seconds(lambda: find_duplicates(asked, known, signature=own, prober=prober)) for _ in range(RUNS)]
    found = find_duplicates(asked, known, signature=own, prober=prober)
    assert [finding.reference for finding in found.exact] == ["planted@1"]
    slowest = max(statistics.median(alone), statistics.median(planted))
    print(f"searching {views:,} views of {sum(len(each.signature.features) for each in known if each.signature):,} features")
    print(f"  with no duplicate   {statistics.median(alone):.2f} s")
    print(f"  with one duplicate  {statistics.median(planted):.2f} s, computing both once more  (claim: under {SECONDS_CLAIM:.0f} s)")
    return slowest < SECONDS_CLAIM


def varied(signature: ProbeSignature, dice: random.Random) -> ProbeSignature:
    """Make up another view over the same sources with more features: some answers are exchanged, and some words are others."""
    features = tuple(_varied(feature, signature.rows, dice) for feature in signature.features for _ in range(FEATURES))
    words = tuple(sorted({*signature.words, f"word{dice.randrange(500)}"}))
    return msgspec.structs.replace(signature, features=features, words=words)


def _varied(feature: FeatureSignature, rows: int, dice: random.Random) -> FeatureSignature:
    codes = np.frombuffer(feature.sketch, dtype="<u2").copy()
    for _ in range(dice.randrange(1, max(2, rows))):
        left, right = dice.randrange(rows), dice.randrange(rows)
        codes[[left, right]] = codes[[right, left]]
    texts = tuple(msgspec.structs.replace(each, digest=f"{dice.getrandbits(128):032x}") for each in feature.texts)
    digest = f"{dice.getrandbits(128):032x}"
    return msgspec.structs.replace(
        feature, digest=digest, sketch=codes.tobytes(), size=feature.size * dice.uniform(0.5, 2), texts=texts, is_constant=False
    )


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main(*(int(text) for text in sys.argv[1:])))
