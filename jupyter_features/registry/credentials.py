"""Where the access token of a registry service comes from: never a URL, a notebook or a project file."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path

from jupyter_features.errors import ConfigurationError

TOKEN_VARIABLE = "JUPYTER_FEATURES_TOKEN"  # noqa: S105 (the name of a variable)
_FORM = re.compile(r"[\x21-\x7e]+")
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def find_token(url: str) -> str | None:
    """Find the token for a service: `JUPYTER_FEATURES_TOKEN`, else what the credentials file has for this URL; None if neither.

    The file is `credentials.toml` in `$XDG_CONFIG_HOME/jupyter_features`, by default `~/.config/jupyter_features`::

        ["https://features.example.org"]
        token = "jf_..."

    Raises
    ------
    ConfigurationError
        If others may read the file, it cannot be read, or the token cannot be one.
    """
    given = os.environ.get(TOKEN_VARIABLE, "").strip()
    if given:
        return _checked(given, TOKEN_VARIABLE)
    path = credentials_file()
    return _token_in(path, url) if path.exists() else None


def credentials_file() -> Path:
    """Name the file of this user's tokens; it need not exist."""
    folder = os.environ.get("XDG_CONFIG_HOME")
    return (Path(folder) if folder else Path.home() / ".config") / "jupyter_features" / "credentials.toml"


def _token_in(path: Path, url: str) -> str | None:
    if path.stat().st_mode & _OF_OTHERS:
        raise ConfigurationError(f"{path} can be read by others.", hint=f"Keep it to yourself: chmod 600 {path}. Then make a new token.")
    try:
        services = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        # What is wrong may quote the line, and the line may hold a token.
        raise ConfigurationError(f"{path} cannot be read: {type(error).__name__}.", hint="Mend the file, then connect again.") from None
    for name, service in services.items():
        if name.rstrip("/") == url.rstrip("/") and isinstance(service, dict) and isinstance(service.get("token"), str):
            return _checked(service["token"], str(path))
    return None


def _checked(token: str, origin: str) -> str:
    if not _FORM.fullmatch(token):
        raise ConfigurationError(f"The token in {origin} has characters that no token has.", hint="Copy it anew, without spaces.")
    return token
