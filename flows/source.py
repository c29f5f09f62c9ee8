"""Reads what authors write in YAML, and finds the line that a mistake stands on."""

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from flows.errors import ServiceError


def read_yaml(path: Path) -> Any:
    """Read a YAML 1.2 file (`yes` and `no` stay words), with line numbers; not to be changed. Raises ServiceError."""
    return _parsed(path, path.stat().st_mtime_ns)


@cache
def _parsed(path: Path, _changed: int) -> Any:
    """Read it once: the reader that keeps line numbers takes tenths of a second for a file."""
    try:
        return YAML(typ="rt", pure=True).load(path)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ServiceError(f"this is not YAML: {error.problem}", file=path.name, line=line) from None


def located(error: ValidationError, tree: Any, path: Path) -> ServiceError:
    """Turn pydantic's first finding into a sentence with the line, and the question or place, that it is about."""
    first = error.errors(include_url=False)[0]
    node: Any = tree
    line, about = 1, ""
    steps = [step for step in first["loc"] if not str(step).startswith("(")]  # which kind of part pydantic took it for
    for step in steps:
        about = _name(node) or about
        if not isinstance(node, CommentedMap | CommentedSeq) or not _has(node, step):
            break
        line = (node.lc.key(step) if isinstance(node, CommentedMap) else node.lc.item(step))[0] + 1
        node = node[step]
    where = ".".join(str(step) for step in steps if isinstance(step, str))
    return ServiceError(f"{where}: {first['msg']}", file=path.name, line=line, question=_name(node) or about)


def _has(node: CommentedMap | CommentedSeq, step: int | str) -> bool:
    return step in node if isinstance(node, CommentedMap) else isinstance(step, int) and step < len(node)


def _name(node: Any) -> str:
    return str(node.get("ask") or node.get("repeat") or node.get("id") or "") if isinstance(node, dict) else ""
