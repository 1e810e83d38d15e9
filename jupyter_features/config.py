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
    """

    project: Path
    registry: Setting
    engine: Setting
    online: Setting
    environment: Setting

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
                hint="This version keeps the registry and the online store in SQLite: sqlite:///folder/file.db.",
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
    project, origin, values = _nearest_file(start.resolve())
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
    return Settings(project, **settings)


def _nearest_file(start: Path) -> tuple[Path, str, dict[str, str]]:
    for folder in (start, *start.parents):
        own = folder / CONFIG_FILE
        if own.is_file():
            return folder, CONFIG_FILE, _check(CONFIG_FILE, _read(own))
        shared = folder / "pyproject.toml"
        if shared.is_file():
            table = _read(shared).get("tool", {}).get("jupyter_features")
            if table is not None:
                return folder, "pyproject.toml", _check("pyproject.toml", table)
    return start, "default", {}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(f"{path.name} cannot be read: {error}.", hint="Mend the file, then connect again.") from error


def _check(origin: str, values: dict[str, Any]) -> dict[str, str]:
    for name, value in values.items():
        if name not in _DEFAULTS:
            hint = did_you_mean(name, tuple(_DEFAULTS)) or f"Known settings: {', '.join(_DEFAULTS)}."
            raise ConfigurationError(f"{origin} has an unknown setting {name!r}.", hint=hint)
        if not isinstance(value, str):
            raise ConfigurationError(f"Setting {name!r} in {origin} is {value!r}; a text is expected.")
    return values
