"""Where things are: one project folder, four settings, and where each came from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_features.definitions.names import check_name
from jupyter_features.errors import ConfigurationError, did_you_mean

CONFIG_FILE = "jupyter_features.toml"
STATE_FOLDER = ".jupyter_features"

_DEFAULTS = {
    "registry": f"sqlite:///{STATE_FOLDER}/registry.db",
    "engine": "duckdb",
    "online": f"sqlite:///{STATE_FOLDER}/online.db",
    "environment": "dev",
}
# The one setting that is a table: severity by rule.
_RULES = "rules"


@dataclass(frozen=True)
class Setting:
    """One value and its origin: `default`, `argument`, or the name of the file that set it."""

    value: str
    origin: str


@dataclass(frozen=True)
class Settings:
    """Where this project keeps its features.

    Parameters
    ----------
    project
        Folder that relative paths and URLs start from.
    registry, engine, online, environment
        SQLite URLs are `sqlite:///relative/path` or `sqlite:////absolute/path`.
    rules
        Severity by rule as the file has it, and the file's name.
    """

    project: Path
    registry: Setting
    engine: Setting
    online: Setting
    environment: Setting
    rules: tuple[Mapping[str, str], str] = ({}, "default")

    @property
    def shown_registry(self) -> str:
        """The registry's URL as it may be shown: without a password."""
        scheme, separator, rest = self.registry.value.partition("://")
        credentials, at, place = rest.rpartition("@")
        return f"{scheme}{separator}{credentials.partition(':')[0]}{at}{place}"

    def sqlite_path(self, setting: Setting) -> Path:
        """Find the file behind a SQLite URL.

        Raises
        ------
        ConfigurationError
            If the URL is of another kind.
        """
        scheme, separator, path = setting.value.partition(":///")
        if scheme != "sqlite" or not separator or not path:
            raise ConfigurationError(
                f"{setting.value!r} (from {setting.origin}) is not a SQLite URL.",
                hint="This version keeps the online store in SQLite: sqlite:///folder/file.db.",
            )
        return self.project / path


def load_settings(start: Path, overrides: Mapping[str, str | None]) -> Settings:
    """Read the settings for a notebook or script.

    Parameters
    ----------
    start
        Folder of the notebook; the nearest `jupyter_features.toml`, or `pyproject.toml` with a
        `[tool.jupyter_features]` table, in it or above it makes its folder the project. Without one,
        `start` is the project and the embedded defaults hold.
    overrides
        Settings given in code; None means not given.

    Raises
    ------
    ConfigurationError
        If a file cannot be read or has an unknown setting.
    """
    project, origin, table = _nearest_file(start.resolve())
    values, rules = _check(origin, table)
    settings: dict[str, Setting] = {}
    for name, default in _DEFAULTS.items():
        given = overrides.get(name)
        if given is not None:
            settings[name] = Setting(given, "argument")
        elif name in values:
            settings[name] = Setting(values[name], origin)
        else:
            settings[name] = Setting(default, "default")
    if settings["engine"].value != "duckdb":
        raise ConfigurationError(f"There is no engine named {settings['engine'].value!r}.", hint="This version computes with duckdb.")
    check_name("an environment", settings["environment"].value)
    return Settings(project, **settings, rules=(rules, origin))


def _nearest_file(start: Path) -> tuple[Path, str, dict[str, Any]]:
    for folder in (start, *start.parents):
        own = folder / CONFIG_FILE
        if own.is_file():
            return folder, CONFIG_FILE, _read(own)
        shared = folder / "pyproject.toml"
        if shared.is_file():
            table = _read(shared).get("tool", {}).get("jupyter_features")
            if table is not None:
                return folder, "pyproject.toml", table
    return start, "default", {}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(f"{path.name} cannot be read: {error}.", hint="Mend the file, then connect again.") from error


def _check(origin: str, table: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Take the settings apart: those of one value, and the table of rules."""
    rules = table.get(_RULES, {})
    if not isinstance(rules, dict):
        raise ConfigurationError(
            f"Setting {_RULES!r} in {origin} is {rules!r}; a table is expected.", hint='Write it like rules = {JF120 = "error"}.'
        )
    values = {name: value for name, value in table.items() if name != _RULES}
    for name, value in (values | rules).items():
        if name not in rules and name not in _DEFAULTS:
            known = (*_DEFAULTS, _RULES)
            hint = did_you_mean(name, known) or f"Known settings: {', '.join(known)}."
            raise ConfigurationError(f"{origin} has an unknown setting {name!r}.", hint=hint)
        if not isinstance(value, str):
            raise ConfigurationError(f"Setting {name!r} in {origin} is {value!r}; a text is expected.")
    return values, rules
