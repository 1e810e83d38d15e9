"""Which project a request means: the one that the open notebook lies in."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from jupyter_features.errors import InvalidArgumentError, NotFoundError


def notebook_folder(root: Path, path: str) -> Path:
    """Find the folder of a notebook below the server's root folder.

    Parameters
    ----------
    root
        The folder that the Jupyter server serves.
    path
        Contents path: relative to `root`, with slashes; empty means `root` itself. The notebook need not
        have been saved yet, its folder must exist.

    Raises
    ------
    InvalidArgumentError
        If the path leaves `root`, by `..`, by being absolute or through a symbolic link; or no path can be like it, such as
        one with a name of more than 255 bytes.
    NotFoundError
        If the folder does not exist.
    """
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path or "\0" in path:
        raise _outside(path)
    base = root.resolve()
    try:
        target = (base / parts).resolve()
        folder = target if target.is_dir() else target.parent
        is_there = folder.is_dir()
    except (OSError, RuntimeError, ValueError) as error:  # too long a name, links in a circle, half a surrogate pair
        raise InvalidArgumentError(f"The path {path[:80]!r} cannot be used.", hint="Use a path below the server's folder.") from error
    if not folder.is_relative_to(base):
        raise _outside(path)
    if not is_there:
        raise NotFoundError("folder", str(parts.parent))
    return folder


def _outside(path: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"The path {path!r} leaves the folder that this server serves.", hint="Use a path below it.")
