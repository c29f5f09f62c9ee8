"""Reads what authors write in YAML, and finds the line that a mistake stands on."""

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from yaml import MarkedYAMLError, YAMLError

from flows.errors import ServiceError
from flows.lined import LinedList, LinedMap, Unreadable, line_of, parse


def read_yaml(path: Path) -> Any:
    """Read a YAML 1.2 file (`yes` and `no` stay words), with line numbers; not to be changed. Raises ServiceError."""
    return _parsed(path, path.stat().st_mtime_ns)


@cache
def _parsed(path: Path, _changed: int) -> Any:
    """Read it once, however many ask."""
    text = path.read_bytes()
    try:
        return parse(text)
    except Unreadable as error:
        raise ServiceError(error.problem, file=path.name, line=error.line) from None
    except MarkedYAMLError as error:
        line = min(error.problem_mark.line, text.count(b"\n")) + 1 if error.problem_mark else 0  # not after the end
        raise ServiceError(f"this is not YAML: {error.problem}", file=path.name, line=line) from None
    except YAMLError:  # half of a character, or one that no text has
        raise ServiceError("this is not a text in UTF-8", file=path.name) from None


def located(error: ValidationError, tree: Any, path: Path) -> ServiceError:
    """Turn pydantic's first finding into a sentence with the line, and the question or place, that it is about."""
    first = error.errors(include_url=False)[0]
    node: Any = tree
    line, about = 1, ""
    steps = [step for step in first["loc"] if not str(step).startswith("(")]  # which kind of part pydantic took it for
    for step in steps:
        about = _name(node) or about
        if not isinstance(node, LinedMap | LinedList) or not _has(node, step):
            break
        line = line_of(node, step)
        node = node[step]  # type: ignore[index]
    where = ".".join(str(step) for step in steps if isinstance(step, str))
    return ServiceError(f"{where}: {first['msg']}", file=path.name, line=line, question=_name(node) or about)


def _has(node: LinedMap | LinedList, step: int | str) -> bool:
    return step in node if isinstance(node, LinedMap) else isinstance(step, int) and step < len(node)


def _name(node: Any) -> str:
    return str(node.get("ask") or node.get("repeat") or node.get("id") or "") if isinstance(node, dict) else ""
