"""The places of a country: governorates, districts, and what people call them and their parts."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from unicodedata import normalize

from anyascii import anyascii
from pydantic import Field, ValidationError, field_validator
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from flows.errors import ServiceError
from flows.fold import fold
from flows.parts import Name, Part
from flows.source import located, read_yaml

Level = Literal["governorate", "district"]
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
    """A governorate or a district. `id` is unique within its level, `governorate` is the one it lies in or is."""

    id: str
    level: Level
    governorate: str
    labels: Mapping[str, str] = field(hash=False)

    def label(self, language: str) -> str:
        """Its name in a language (ISO 639), or in English."""
        return self.labels.get(language) or self.labels["en"]


@dataclass(frozen=True, slots=True)
class Places:
    """All places of a deployment, in the order of the file, and an index of what they are called."""

    all: tuple[Place, ...]
    index: Mapping[str, tuple[Place, ...]]

    @property
    def governorates(self) -> tuple[Place, ...]:
        """The governorates."""
        return tuple(place for place in self.all if place.level == "governorate")

    def districts(self, within: str = "") -> tuple[Place, ...]:
        """The districts of a governorate, or all of them."""
        return tuple(place for place in self.all if place.level == "district" and within in ("", place.governorate))

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


def load_places(folder: Path) -> Places:
    """Read every file of places in a folder. Raises ServiceError with file, line and place."""
    places: list[Place] = []
    index: dict[str, list[Place]] = {}
    for path in sorted(folder.glob("*.yaml")):
        for place, names in _read(path):
            places.append(place)
            for name in (place.id, *place.labels.values(), *names):
                index.setdefault(_key(_words(name)), []).append(place)
    index.pop("", None)
    return Places(tuple(places), {key: tuple(dict.fromkeys(found)) for key, found in index.items()})


class _District(Part):
    """A district as it stands in the file."""

    id: Name
    labels: dict[str, str]
    names: tuple[str, ...] = ()

    @field_validator("labels")
    @classmethod
    def _has_english(cls, labels: dict[str, str]) -> dict[str, str]:
        if "en" not in labels:
            raise ValueError("a place needs at least an English label")
        return labels


class _Governorate(_District):
    """A governorate as it stands in the file."""

    districts: tuple[_District, ...] = Field(min_length=1)


class _Country(Part):
    """A file of places."""

    country: str = Field(pattern="^[A-Z]{3}$")
    governorates: tuple[_Governorate, ...]


def _read(path: Path) -> Iterator[tuple[Place, tuple[str, ...]]]:
    tree = read_yaml(path)
    try:
        country = _Country.model_validate(tree)
    except ValidationError as error:
        raise located(error, tree, path) from None
    _refuse_twins(tree["governorates"], path)
    _refuse_twins((one for governorate in tree["governorates"] for one in governorate["districts"]), path)
    for governorate in country.governorates:
        yield Place(governorate.id, "governorate", governorate.id, governorate.labels), governorate.names
        for district in governorate.districts:
            yield Place(district.id, "district", governorate.id, district.labels), district.names


def _refuse_twins(nodes: Iterable[Any], path: Path) -> None:
    seen: set[str] = set()
    for node in nodes:
        if node["id"] in seen:
            line = node.lc.key("id")[0] + 1
            raise ServiceError(
                "another place of this level has the same id", file=path.name, line=line, question=node["id"]
            )
        seen.add(node["id"])


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
