"""The feature cells of a notebook file, read as IPython would run them, without running anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from jupyter_features.errors import InvalidArgumentError, Place
from jupyter_features.feature_store.cells.declaring import parse_cell
from jupyter_features.feature_store.cells.grammar import split
from jupyter_features.feature_store.cells.verb import Body

# The line of a cell magic is the first line of its cell.
_BODY_LINE = 2
DECLARING = ("entity", "source")
_METADATA = "jupyter_features"


@dataclass(frozen=True)
class FeatureCell:
    """One use of our magics in a cell that counts for publishing.

    Parameters
    ----------
    index
        Of the cell in the notebook, from 0.
    name
        What the cell is about; empty if it does not say.
    words
        As `cli.parser.parse` takes them: `entity` and `source` as written, `define` and `test` for the cell magics.
    body
        Text below a cell magic's line; None for a line.
    published
        Reference that the cell was last published as, such as `customer_spend@2`; empty if its metadata names none.
    problem
        Why its line cannot be read; raised when the cell is tried. Its words are then no more than the verb and the name.
    """

    index: int
    name: str
    words: tuple[str, ...]
    body: Body | None = None
    published: str = ""
    problem: InvalidArgumentError | None = None

    @property
    def verb(self) -> str:
        """The first of the words."""
        return self.words[0]

    @property
    def is_declaration(self) -> bool:
        """Tell whether it declares an entity or a source."""
        return self.verb in DECLARING


def read_feature_cells(content: Mapping[str, Any]) -> tuple[FeatureCell, ...]:
    """Find declarations, definitions and tests, in the order of the notebook.

    Lines count wherever IPython would take them as a magic, and other lines of their cells do not count at all. What
    IPython would not run, such as a cell that is no Python, has none.

    Parameters
    ----------
    content
        JSON of the notebook.

    Raises
    ------
    InvalidArgumentError
        If it is not the JSON of a notebook.
    """
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise InvalidArgumentError("This is not a notebook: it has no list of cells.", hint="Open a file that Jupyter has written.")
    return tuple(found for index, cell in enumerate(cells) if isinstance(cell, Mapping) for found in _read_cell(index, cell))


def _read_cell(index: int, cell: Mapping[str, Any]) -> Iterator[FeatureCell]:
    if cell.get("cell_type") != "code":
        return
    for magic, line, body in _magics(_text(cell.get("source"))):
        words, problem = _words(magic, line, is_cell=body is not None)
        if "-h" in words or "--help" in words:
            continue
        if magic == "feature" and body is None and words[:1] and words[0] in DECLARING:
            yield FeatureCell(index, _name(words), tuple(words), problem=problem)
        elif magic == "feature" and body is not None:
            words = ["define", *words]
            yield FeatureCell(index, _name(words), tuple(words), Body(body, _BODY_LINE), _published(cell.get("metadata")), problem)
        elif magic == "feature_test" and body is not None:
            words = ["test", *words]
            yield FeatureCell(index, _name(words), tuple(words), Body(body, _BODY_LINE), problem=problem)


def _words(magic: str, line: str, *, is_cell: bool) -> tuple[list[str], InvalidArgumentError | None]:
    """Split a line; one that cannot be is known by its verb and name, so that it stops no other cell."""
    try:
        return split(line), None
    except InvalidArgumentError as error:
        source_line = f"{'%%' if is_cell else '%'}{magic} {line}"
        # Which line of its cell a line magic is, IPython does not say.
        place = Place(1, 1, source_line, len(source_line)) if is_cell else None
        message = error.message if is_cell else f"A quote is not closed: {source_line}."
        return line.split()[: 1 if is_cell else 2], InvalidArgumentError(message, hint=error.hint, place=place)


def _name(words: Sequence[str]) -> str:
    try:
        return str(parse_cell(words).name)
    except InvalidArgumentError:
        # What is wrong is told when the cell is tried; until then it is known by its first word.
        return next((word for word in words[1:] if not word.startswith("-")), "")


def _text(source: object) -> str:
    # The format allows one text, or a list of lines.
    return "".join(map(str, source)) if isinstance(source, list) else str(source or "")


def _published(metadata: object) -> str:
    own = metadata.get(_METADATA) if isinstance(metadata, Mapping) else None
    published = own.get("published") if isinstance(own, Mapping) else None
    return published if isinstance(published, str) else ""


def _magics(source: str) -> Iterator[tuple[str, str, str | None]]:
    """Give name, line and body of each magic; IPython makes them calls, which are read and never made."""
    if "%feature" not in source:
        return
    try:
        tree = ast.parse(TransformerManager().transform_cell(source))  # type: ignore[no-untyped-call]  # IPython does not annotate it
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("run_line_magic", "run_cell_magic"):
            texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if len(texts) == len(node.args) and len(texts) in (2, 3):
                yield texts[0], texts[1], texts[2] if len(texts) == 3 else None
