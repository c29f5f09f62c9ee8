"""The places of a country in up to five levels, and what people call them and their parts."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal, NoReturn
from unicodedata import normalize

from anyascii import anyascii
from pydantic import Field, ValidationError, field_validator
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from flows.errors import ServiceError
from flows.fold import fold
from flows.lined import line_of
from flows.parts import Name, Part
from flows.source import located, read_yaml

_ARTICLES = frozenset(["el", "al", "ed", "es", "ad", "as", "le", "la"])
# How French, English and a hurried thumb write one Lebanese name: Bourj Hammoud, Burj Hamud.
_ALIKE = (
    (r"ou|oo|ow", "u"),
    (r"ch", "sh"),
    (r"q", "k"),
    (r"ei|ey|ay", "ai"),
    (r"iyy?[ea]|i[ea]", "ie"),
    (r"(.)\1+", r"\1"),
)
_LONGEST_NAME = 5  # words


@dataclass(frozen=True, slots=True)
class Place:
    """A place: `id` is unique within its level, `level` what the file calls it, such as district.

    `path` is what it lies in, from the widest: level and id, itself last. `file` names the file of places.
    """

    id: str
    level: str
    path: tuple[tuple[str, str], ...]
    file: str
    labels: Mapping[str, str] = field(hash=False)

    def label(self, language: str) -> str:
        """Its name in a language (ISO 639), or in English."""
        return self.labels.get(language) or self.labels["en"]

    @property
    def code(self) -> str:
        """What it is called beside the sealed case and in what somebody can do: `lebanon/mount_lebanon/aley`."""
        return "/".join(filter(None, (self.file, *(one for _, one in self.path))))

    def at(self, level: str) -> str:
        """The id of the place of this level that it is or lies in; nothing when it is wider."""
        return dict(self.path).get(level, "")


@dataclass(frozen=True, slots=True)
class Places:
    """Places in the order of their file, and an index of what they are called; `files` has those of each file apart.

    `levels` are what a file calls its levels, the widest first, also those of which it has no place.
    """

    all: tuple[Place, ...]
    index: Mapping[str, tuple[Place, ...]]
    files: Mapping[str, "Places"] = field(default_factory=dict)
    levels: tuple[str, ...] = ()

    def of(self, file: str) -> "Places":
        """The places that a service means: of the file that it names, or of the first one."""
        return self.files.get(file) or next(iter(self.files.values()), self)

    def level(self, level: str, within: Place | None = None) -> tuple[Place, ...]:
        """The places of a level, those that lie in another one, or all of them."""
        inside = (one for one in self.all if one.level == level)
        return tuple(one for one in inside if within is None or one.path[: len(within.path)] == within.path)

    def named_by(self, level: str, id: str) -> Place | None:
        """The place of this level with this id."""
        return next((one for one in self.all if one.level == level and one.id == id), None)

    def coded(self, code: str) -> Place | None:
        """The place with this code, of any file."""
        return next((one for one in self.all if one.code == code), None)

    @property
    def tops(self) -> tuple[Place, ...]:
        """The widest places."""
        return tuple(one for one in self.all if len(one.path) == 1)

    def inside(self, whole: Place) -> tuple[Place, ...]:
        """Every place that lies in another one, however deep."""
        return tuple(one for one in self.all if one.path[:-1] and one.path[: len(whole.path)] == whole.path != one.path)

    def find(self, text: str) -> tuple[Place, ...]:
        """What a text names, in any script: the place itself, those named in a longer text, or else the closest."""
        return self.named(text) or self.close(text)

    def named(self, text: str) -> tuple[Place, ...]:
        """The places that go by this name; or whose names stand in the text, the longest names first to be seen."""
        words = _words(text)
        return self._called(words) or tuple(dict.fromkeys(self._mentioned(words)))

    def close(self, text: str) -> tuple[Place, ...]:
        """The places whose name is one slip of the finger away, two in eight letters."""
        return self._near(_key(_words(text))) or self._near(_key(_spoken(text)))

    def _near(self, key: str) -> tuple[Place, ...]:
        if len(key) < 4:
            return ()
        allowed = 1 if len(key) < 8 else 2
        near = extract(key, self.index.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=None)
        return tuple(dict.fromkeys(place for name, _, _ in near for place in self.index[name]))

    def _called(self, words: list[str]) -> tuple[Place, ...]:
        """By its name as it is, or by its sound where the script is not one that we have the name in."""
        return self.index.get(_key(words)) or self.index.get(_key(_spoken(" ".join(words)))) or ()

    def _mentioned(self, words: list[str]) -> Iterator[Place]:
        start = 0
        while start < len(words):
            lengths = range(min(_LONGEST_NAME, len(words) - start), 0, -1)
            found = next(
                ((size, seen) for size in lengths if (seen := self._called(words[start : start + size]))), None
            )
            if found:
                yield from found[1]
            start += found[0] if found else 1


def common(place: str, other: str) -> str:
    """The code of the narrowest place that two codes have in common; nothing when it is none, or only the country."""
    alike = takewhile(lambda two: two[0] == two[1], zip(place.split("/"), other.split("/"), strict=False))
    parts = [one for one, _ in alike]
    return "/".join(parts) if len(parts) > 1 else ""


def load_places(folder: Path) -> Places:
    """Read every file of places in a folder. Raises ServiceError with file, line and place."""
    files = {path.stem: _read(path) for path in sorted(folder.glob("*.yaml"))}
    whole = _indexed([one for found, _ in files.values() for one in found])
    return replace(whole, files={name: _indexed(found, levels) for name, (found, levels) in files.items()})


def _indexed(found: Iterable[tuple[Place, tuple[str, ...]]], levels: tuple[str, ...] = ()) -> Places:
    places: list[Place] = []
    index: dict[str, list[Place]] = {}
    for place, names in found:
        places.append(place)
        for name in (place.id, *place.labels.values(), *names):
            index.setdefault(_key(_words(name)), []).append(place)
    index.pop("", None)
    return Places(tuple(places), {key: tuple(dict.fromkeys(found)) for key, found in index.items()}, levels=levels)


class _Place(Part):
    """A place as it stands in the file: `level` when it is not the next one below that in which it stands."""

    id: Name
    level: Name | Literal[""] = ""
    labels: dict[str, str]
    names: tuple[str, ...] = ()
    places: tuple["_Place", ...] = ()

    @field_validator("labels")
    @classmethod
    def _has_english(cls, labels: dict[str, str]) -> dict[str, str]:
        if "en" not in labels:
            raise ValueError("a place needs at least an English label")
        return labels


class _Country(Part):
    """A file of places: what its levels are called, the widest first, and the places."""

    country: str = Field(pattern="^[A-Z]{3}$")
    levels: tuple[Name, ...] = Field(min_length=1, max_length=5)
    places: tuple[_Place, ...]


def _read(path: Path) -> tuple[list[tuple[Place, tuple[str, ...]]], tuple[str, ...]]:
    tree = read_yaml(path)
    try:
        country = _Country.model_validate(tree)
    except ValidationError as error:
        raise located(error, tree, path) from None
    seen: set[tuple[str, str]] = set()
    return list(_below(country.places, tree["places"], path, country.levels, (), seen)), country.levels


def _below(
    written: tuple[_Place, ...], nodes: Sequence[Any], path: Path, levels: tuple[str, ...],
    around: tuple[tuple[str, str], ...], seen: set[tuple[str, str]],
) -> Iterator[tuple[Place, tuple[str, ...]]]:  # fmt: skip
    """The places that stand here, each followed by those in it; `levels` are those that are left for them."""
    for one, node in zip(written, nodes, strict=True):
        level = one.level or next(iter(levels), "")
        if level not in levels:
            _refuse("it is of a level that does not come below the one in which it stands", path, node)
        if (level, one.id) in seen:
            _refuse("another place of this level has the same id", path, node)
        seen.add((level, one.id))
        here = (*around, (level, one.id))
        yield Place(one.id, level, here, path.stem, one.labels), one.names
        deeper = levels[levels.index(level) + 1 :]
        yield from _below(one.places, node.get("places") or (), path, deeper, here, seen)


def _refuse(why: str, path: Path, node: Any) -> NoReturn:
    raise ServiceError(why, file=path.name, line=line_of(node, "id"), question=node["id"])


def _words(text: str) -> list[str]:
    return [word for word in fold(text).split() if word not in _ARTICLES]


def _spoken(text: str) -> list[str]:
    """A text of any script in Latin letters, about as it sounds."""
    return _words(anyascii(normalize("NFC", text)))


def _key(words: list[str]) -> str:
    """What spellings of one name have in common: no articles, no blanks, one letter for what sounds alike."""
    key = "".join(word[2:] if word.startswith("ال") and len(word) > 4 else word for word in words)
    if key.isascii():
        for pattern, letter in _ALIKE:
            key = re.sub(pattern, letter, key)
        return key.removesuffix("h")
    return key
