"""Which environment variables are ours, what each says, and what is wrong with them."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

PREFIX = "RAFIQA_"


class SettingsError(Exception):
    """The environment is wrong: one line for each wrong variable, which names it and never shows its value."""


def read_variables(environment: Mapping[str, str], names: set[str]) -> dict[str, str]:
    """The values of those settings that this environment sets, by lower-case name. Raises SettingsError."""
    values = {"port": environment["PORT"]} if environment.get("PORT") else {}
    for variable, value in sorted(environment.items()):
        if not variable.startswith(PREFIX) or not value:
            continue
        name = variable.removeprefix(PREFIX).lower()
        from_file = name.endswith("_file") and name not in names
        setting = name.removesuffix("_file") if from_file else name
        if setting not in names:
            raise SettingsError(f"{variable}: there is no such setting{_hint(setting, names)}")
        if from_file and environment.get(variable.removesuffix("_FILE")):
            raise SettingsError(f"{variable}: {variable.removesuffix('_FILE')} is set too; only one may be")
        values[setting] = _content(variable, value) if from_file else value
    return values


def _content(variable: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{variable}: the file that it names cannot be read") from None


def _hint(name: str, names: set[str]) -> str:
    close = get_close_matches(name, names, n=1)
    return f"; is {PREFIX}{close[0].upper()} meant?" if close else ""
