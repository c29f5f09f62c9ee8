"""What a YAML 1.2 file says, and on which line: `yes`, `no`, `on` and a date are words, as its core schema has it."""

import re
from collections.abc import Callable
from math import inf, nan
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"


class LinedMap(dict[Any, Any]):
    """A mapping; `lines` are those on which its keys stand, from 1."""

    lines: dict[Any, int]


class LinedList(list[Any]):
    """A list; `lines` are those on which its items begin, from 1."""

    lines: list[int]


def line_of(node: LinedMap | LinedList, step: Any) -> int:
    """The line of a key or an item, from 1. KeyError or IndexError when there is none."""
    return node.lines[step]


class Unreadable(Exception):
    """What YAML allows and nobody can mean, on this line: a name that stands twice, a part that contains itself."""

    def __init__(self, problem: str, line: int) -> None:
        self.problem, self.line = problem, line
        super().__init__(problem)


class _Reader(yaml.CBaseLoader):
    """Libyaml, with what a plain word means by YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema)."""


_FLOAT = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
_PLAIN = {
    "null": (r"null|Null|NULL|~|", "nN~\0"),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (rf"{_FLOAT}|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", "-+.0123456789"),
}
for _name, (_pattern, _first) in _PLAIN.items():
    _Reader.add_implicit_resolver(
        _TAG + _name, re.compile(f"(?:{_pattern})$"), ["" if one == "\0" else one for one in _first]
    )


def _integer(text: str) -> int:
    return int(text, 8) if text.startswith("0o") else int(text, 16) if text.startswith("0x") else int(text)


def _number(text: str) -> float:
    if text[-1].isdigit() or text.endswith("."):
        return float(text)
    return nan if text.lower() == ".nan" else -inf if text.startswith("-") else inf


_MEANS: dict[str, Callable[[str], Any]] = {
    f"{_TAG}null": lambda text: None,
    f"{_TAG}bool": lambda text: text.lower() == "true",
    f"{_TAG}int": _integer,
    f"{_TAG}float": _number,
}


def parse(text: bytes) -> Any:
    """What one document says (None: nothing). Raises `yaml.YAMLError` for what is not YAML, and `Unreadable`."""
    reader = _Reader(text)
    try:
        node = reader.get_single_node()
    finally:
        reader.dispose()
    return None if node is None else _made(node, frozenset())


def _made(node: yaml.Node, around: frozenset[int]) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    line = node.start_mark.line + 1
    if id(node) in around:
        raise Unreadable("this part contains itself", line)
    around |= {id(node)}
    if isinstance(node, yaml.SequenceNode):
        items = LinedList(_made(one, around) for one in node.value)
        items.lines = [one.start_mark.line + 1 for one in node.value]
        return items
    return _mapping(node, around)


def _scalar(node: yaml.ScalarNode) -> Any:
    means = _MEANS.get(node.tag)
    try:
        return means(node.value) if means else node.value
    except ValueError:  # only by a tag of its own: !!int five
        raise Unreadable(f"'{node.value}' is no number", node.start_mark.line + 1) from None


def _mapping(node: yaml.Node, around: frozenset[int]) -> LinedMap:
    made = LinedMap()
    made.lines = {}
    for key_node, value in node.value:
        key, line = _made(key_node, around), key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise Unreadable("a name must be a word", line)
        if key in made:
            raise Unreadable(f"'{key}' stands here twice", line)
        made[key], made.lines[key] = _made(value, around), line
    return made
