"""A comparison as continuous integration reads it."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from jupyter_features.printable import printable
from jupyter_features.skew.feature_skew import FeatureSkew, format_interval, format_rate


def junit_xml(reference: str, against: str, features: Sequence[FeatureSkew], threshold: float) -> str:
    """Write one test suite with a test case per feature.

    Parameters
    ----------
    reference, against
        Both sides, as people call them.
    features
        One test case each: passed, failed for skew, or in error when nothing could be compared.
    threshold
        Least match rate that passes.

    Returns
    -------
    str
        UTF-8 XML with its declaration; characters that XML 1.0 cannot hold are replaced.
    """
    suite = ElementTree.Element(
        "testsuite",
        name=printable(f"{reference} against {against}"),
        tests=str(len(features)),
        failures=str(sum(skew.verdict == "skew" for skew in features)),
        errors=str(sum(skew.verdict == "no_overlap" for skew in features)),
    )
    for skew in features:
        case = ElementTree.SubElement(suite, "testcase", classname=printable(reference), name=skew.feature)
        if skew.verdict != "pass":
            tag, message = _outcome(skew, threshold)
            ElementTree.SubElement(case, tag, message=message, type=skew.verdict).text = _classes(skew)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _outcome(skew: FeatureSkew, threshold: float) -> tuple[str, str]:
    if skew.verdict == "no_overlap":
        return "error", "No key and instant is on both sides."
    return "failure", f"{format_rate(skew.match_rate)} match ({format_interval(skew.interval)}), {format_rate(threshold)} must."


def _classes(skew: FeatureSkew) -> str:
    return "\n".join(f"{name}: {count}" for name, count in skew.counts.items())
