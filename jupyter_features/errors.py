"""Every error a person can meet: what failed, with her own names, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar

from jupyter_features.printable import printable


@dataclass(frozen=True)
class Place:
    """Where in a text something is wrong.

    Parameters
    ----------
    line
        Counted from 1, in the cell or file the person wrote.
    column
        Counted from 1.
    length
        Number of characters at fault, at least 1.
    source_line
        The line itself, without its line break.
    """

    line: int
    column: int
    source_line: str
    length: int = 1

    def render(self) -> str:
        """Draw the line with a caret under the fault."""
        # A tab counts as one column; drawing it as one space keeps the caret in place.
        shown = self.source_line.replace("\t", " ")
        prefix = f"  line {self.line}: "
        return f"{prefix}{shown}\n{' ' * (len(prefix) + self.column - 1)}{'^' * max(1, self.length)}"


def place_at(text: str, offset: int, length: int = 1, first_line: int = 1) -> Place:
    """Find the place of a character of `text`.

    Parameters
    ----------
    text
        What the person wrote.
    offset
        Index of the first character at fault; past the end means the end.
    length
        Number of characters at fault; cut at the end of the line.
    first_line
        The number that the person sees beside the first line of `text`.
    """
    offset = min(max(offset, 0), len(text))
    before = text[:offset]
    line_index = before.count("\n")
    column = offset - (before.rfind("\n") + 1) + 1
    source_line = text.split("\n")[line_index]
    room = max(1, len(source_line) - column + 1)
    return Place(first_line + line_index, column, source_line, min(max(1, length), room))


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Suggest up to three known names close to `name`; empty when none is close."""
    lowered = {candidate.lower(): candidate for candidate in known}
    close = [lowered[match] for match in get_close_matches(name.lower(), list(lowered), n=3, cutoff=0.6)]
    return f"Did you mean {' or '.join(repr(match) for match in close)}?" if close else ""


class FeatureWarning(UserWarning):
    """Something was handled by a documented rule that the person may not expect, such as rows without a key."""


class JupyterFeaturesError(Exception):
    """The root of every error this package raises on purpose.

    Parameters
    ----------
    message
        One sentence with the reader's names and values.
    hint
        What to do next; may be empty.
    place
        The line at fault with a caret, when a text is at fault.
    """

    code: ClassVar[str] = "JF000"

    def __init__(self, message: str, *, hint: str = "", place: Place | None = None) -> None:
        self.message = message
        self.hint = hint
        self.place = place
        super().__init__(self.report())

    def report(self) -> str:
        """Render code, sentence, place and hint as plain text; what does not print, such as a server's escape codes, is replaced."""
        parts = [f"{self.code}: {self.message}"]
        if self.place is not None:
            parts.append(self.place.render())
        if self.hint:
            parts.append(self.hint)
        return printable("\n".join(parts))

    def in_one_line(self) -> str:
        """Word it for a row of a table: the line at fault, the sentence, and the first line of the hint."""
        where = f"Line {self.place.line}: " if self.place else ""
        return " ".join(filter(None, (f"{where}{self.message}", self.hint.partition("\n")[0])))

    def _render_traceback_(self) -> list[str]:
        """Show the report instead of a stack of our own frames; IPython calls this."""
        return self.report().split("\n")


class InvalidArgumentError(JupyterFeaturesError, ValueError):
    """An option, argument or setting has a form that cannot be used."""

    code = "JF001"


class InvalidNameError(InvalidArgumentError):
    """A name would not survive as a column, a file name and a URL alike."""

    code = "JF002"

    def __init__(self, noun: str, name: str) -> None:
        self.noun, self.name = noun, name
        super().__init__(
            f"{name!r} cannot be the name of {noun}.",
            hint="Use a letter or underscore first, then letters, digits and underscores (at most 63).",
        )


class NotFoundError(JupyterFeaturesError, LookupError):
    """Nothing is known under this name."""

    code = "JF003"

    def __init__(self, noun: str, name: str, known: Sequence[str] = (), *, hint: str = "", place: Place | None = None) -> None:
        self.noun, self.name, self.known = noun, name, tuple(known)
        suggestion = did_you_mean(name, known) or hint or (f"Known: {', '.join(sorted(known)[:8])}." if known else "")
        super().__init__(f"There is no {noun} named {name!r}.", hint=suggestion, place=place)


class ConflictError(JupyterFeaturesError, ValueError):
    """Two declarations under one name disagree."""

    code = "JF004"


class ConfigurationError(JupyterFeaturesError, ValueError):
    """A configuration file or URL cannot be used."""

    code = "JF005"


class ReadOnlyError(JupyterFeaturesError, PermissionError):
    """A folder or file that must be written cannot be."""

    code = "JF006"


class TooLargeError(InvalidArgumentError):
    """A request is larger than the service takes."""

    code = "JF007"

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        super().__init__(f"The request is larger than {limit_bytes:,} bytes.", hint="Send less at a time.")


class DefinitionError(JupyterFeaturesError, ValueError):
    """A feature definition breaks a rule; `rule` is its stable id.

    The definition is refused as a whole: nothing is kept of it.
    """

    code = "JF100"

    def __init__(self, rule: str, message: str, *, hint: str = "", place: Place | None = None) -> None:
        self.rule = rule
        self.code = rule  # type: ignore[misc]  # the rule is the code people look up
        super().__init__(message, hint=hint, place=place)


class SourceDataError(JupyterFeaturesError, ValueError):
    """A source's data is gone, changed its schema, or cannot be read."""

    code = "JF300"


class RowContractError(JupyterFeaturesError, RuntimeError):
    """A computed result would break the row contract; it is not returned."""

    code = "JF310"


class FeatureFunctionError(JupyterFeaturesError, RuntimeError):
    """A Python feature view's function failed on some rows, or gave something that is no feature; nothing was kept."""

    code = "JF312"


class EntityDataframeError(JupyterFeaturesError, ValueError):
    """An entity dataframe lacks a column, or a column has a type that cannot be joined."""

    code = "JF311"


class PlanNotCoveredError(JupyterFeaturesError, ValueError):
    """A physical plan cannot answer for a feature view; another one can.

    Parameters
    ----------
    plan
        Name of the plan.
    reason
        What in the view it does not cover, as the end of a sentence.
    """

    code = "JF320"

    def __init__(self, plan: str, reason: str) -> None:
        self.plan, self.reason = plan, reason
        super().__init__(f"The {plan} plan does not cover this view: {reason}.", hint="Leave the plan out to see the one that is used.")


class TooManyPairsError(JupyterFeaturesError, ValueError):
    """Even the best plan would compare too many source rows with instants; nothing was computed.

    Parameters
    ----------
    view
        Name of the feature view.
    pairs
        Estimated number of pairs of a row of the entity dataframe and a source row that it sees.
    limit
        How many are allowed.
    busiest
        The entity with most pairs and its estimated number of rows seen, in words.
    reason
        Why no cheaper plan can be used, as the end of a sentence; may be empty.
    """

    code = "JF321"

    def __init__(self, view: str, *, pairs: int, limit: int, busiest: str, reason: str) -> None:
        self.view, self.pairs, self.limit, self.busiest, self.reason = view, pairs, limit, busiest, reason
        why = f" No cheaper plan can be used: {reason}." if reason else ""
        super().__init__(
            f"{view!r} would compare about {pairs:,} pairs of rows for this training set; {limit:,} are allowed. {busiest}{why}",
            hint="Give the source a shorter lookback, ask for fewer rows at a time, or aggregate its rows by day before.",
        )


class RegistryError(JupyterFeaturesError, RuntimeError):
    """The registry cannot be read or written."""

    code = "JF400"


class RegistryVersionError(RegistryError):
    """The registry was written by a newer version of this package."""

    code = "JF401"


class NotAuthenticatedError(JupyterFeaturesError, PermissionError):
    """The registry service does not know who asks: the token is missing, wrong, expired or revoked."""

    code = "JF402"


class ForbiddenError(JupyterFeaturesError, PermissionError):
    """The one who asks is known, and may not do this."""

    code = "JF403"


class NotOwnerError(ForbiddenError):
    """An object belongs to another team; nothing was changed.

    Parameters
    ----------
    noun, name
        The object.
    owner
        The team that it belongs to.
    subject
        Who asked.
    members
        Of the team.
    """

    code = "JF404"

    def __init__(self, noun: str, name: str, *, owner: str, subject: str, members: Sequence[str]) -> None:
        self.noun, self.name, self.owner, self.subject, self.members = noun, name, owner, subject, tuple(members)
        who = " or ".join(members[:3]) or "an admin"
        super().__init__(
            f"{noun.capitalize()} {name!r} belongs to {owner!r}, and {subject!r} is not a member.",
            hint=f"Ask {who} to make the change, or to add you: %feature team {owner} --add {subject}.",
        )


class TooManyRequestsError(RegistryError):
    """The registry service was asked too often."""

    code = "JF405"


class PublishError(JupyterFeaturesError, ValueError):
    """A definition does not meet what publishing demands; nothing was published."""

    code = "JF410"


class PublishConflictError(ConflictError):
    """Somebody else published between plan and publish; nothing was published."""

    code = "JF411"


class AcknowledgementError(PublishError):
    """A change that breaks consumers does not name all of them; nothing was changed.

    Parameters
    ----------
    missing
        Names of the consumers that are not acknowledged.
    """

    code = "JF412"

    def __init__(self, change: str, missing: Sequence[str]) -> None:
        self.missing = tuple(missing)
        names = ", ".join(missing)
        super().__init__(
            f"{change} breaks what {names} read{'s' if len(self.missing) == 1 else ''}.",
            hint=f"Tell their owners, then say so: {' '.join(f'--ack {name!r}' for name in missing)}.",
        )


class DuplicateError(PublishError):
    """The same feature exists already; nothing was published."""

    code = "JF413"


class LifecycleError(JupyterFeaturesError, ValueError):
    """A version or view is not in a state that allows this; nothing was changed."""

    code = "JF414"


class OnlineStoreError(JupyterFeaturesError, RuntimeError):
    """The online store cannot be read or written."""

    code = "JF500"


class FeatureTestError(JupyterFeaturesError, AssertionError):
    """A feature test failed or cannot be read."""

    code = "JF600"


class ComparisonError(JupyterFeaturesError, ValueError):
    """Production data cannot be compared with the notebook's features."""

    code = "JF700"


SERVICE_FAILURES = (RegistryError, NotAuthenticatedError)
"""What says nothing about the definition that was being looked at: whoever asked for many of them is told once."""


def from_wire(code: str, message: str, hint: str) -> JupyterFeaturesError:
    """Make the error again that a service has answered with: the class by its code, the sentence and hint unchanged."""
    error_class = _by_code().get(code, JupyterFeaturesError)
    error = error_class.__new__(error_class)
    JupyterFeaturesError.__init__(error, message, hint=hint)
    return error


def _by_code() -> dict[str, type[JupyterFeaturesError]]:
    found: dict[str, type[JupyterFeaturesError]] = {}
    open_classes = [JupyterFeaturesError]
    while open_classes:
        each = open_classes.pop()
        found.setdefault(each.code, each)  # a class that refines another keeps its code
        open_classes += each.__subclasses__()
    return found
