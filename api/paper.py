"""The paper form: a whole service in several languages beside each other, and below it the card to cut off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows.asking import wording
from flows.conditions import condition_in_words
from flows.language import direction, t
from flows.loader import Asked, Library, Service
from flows.model import Draft, Message
from flows.sheet import printed
from flows.talk import Talk

TICKED = ("choice", "many", "consent", "governorate")
"""Kinds that are answered by ticking alone; all others have a line to write on."""
SIXTHS = {2: 8.2, 3: 13.0, 4: 19.0}
"""A choice that is at most so wide (in ems) takes so many sixths of a column; a wider one all six."""
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent / "console" / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one language, with the way that it is written: `ltr` or `rtl`."""

    language: str
    direction: str
    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to tick, in every language of the form."""

    texts: tuple[Text, ...]

    @property
    def sixths(self) -> int:
        """How much of a column's width it takes, so that what is printed under it lines up."""
        width = sum(_ems(letter) for one in self.texts for letter in one.text)
        return next((sixths for sixths, most in SIXTHS.items() if width <= most), 6)


def _ems(letter: str) -> float:
    """About how wide a letter is, of its script's letters: enough to tell what fits beside each other."""
    if letter.isspace():
        return 0.27
    return 0.68 if "\u1200" <= letter <= "\u137f" else 0.45 if "\u0600" <= letter <= "\u06ff" else 0.53


@dataclass(frozen=True, slots=True)
class Item:
    """One question on paper, in every language of the form."""

    number: int
    labels: tuple[Text, ...]
    conditions: tuple[Text, ...]
    choices: tuple[Choice, ...]
    is_written: bool
    is_consent: bool


@dataclass(frozen=True, slots=True)
class _Form:
    """What a form is made from."""

    library: Library
    service: Service
    languages: tuple[str, ...]

    def texts(self, say: Callable[[str], str]) -> tuple[Text, ...]:
        """A text in every language; once only where it is the same in several."""
        said = {say(language): language for language in reversed(self.languages)}
        return tuple(Text(one, direction(one), text) for text, one in reversed(said.items()))

    def own(self, source: str) -> tuple[Text, ...]:
        """A text of the form itself."""
        return self.texts(lambda language: self.library.words(language).t(source))

    def item(self, number: int, asked: Asked) -> Item:
        kind = asked.question.type
        return Item(
            number,
            self.texts(lambda language: wording(self.talk(language), asked)),
            self.texts(lambda one: condition_in_words(self.service, asked, one, self.library.words(one))),
            # Districts are too many to print, and the region says which of them fit: they are written.
            self.choices(asked),
            is_written=kind not in TICKED,
            is_consent=kind == "consent",
        )

    def choices(self, asked: Asked) -> tuple[Choice, ...]:
        labels = {one: [option.label for option in printed(self.talk(one), asked)] for one in self.languages}
        many = len(labels[self.languages[0]])

        def at(place: int) -> Choice:
            return Choice(self.texts(lambda language: labels[language][place]))

        return tuple(at(place) for place in range(many))

    def talk(self, language: str) -> Talk:
        """The conversation as it would be in this language, with nothing answered."""
        draft = Draft(language=language, service=self.service.name, manner="assisted")
        return Talk(self.library, draft, Message("paper", "paper:", "", ""), _ANY_DAY)


def paper_form(library: Library, service: Service, languages: Sequence[str]) -> str:
    """A service and its card as one HTML page to print on A4, complete in itself.

    `languages` (ISO 639, one to three, each one that the service has) stand beside each other in this order.
    """
    form = _Form(library, service, tuple(languages))
    return _PAGES.get_template("paper.html").render(
        language=form.languages[0],
        title=form.texts(lambda one: service.titles[one]),
        items=[form.item(number, asked) for number, asked in service.on_paper],
        helper=form.own(t("For the helper")),
        date=form.own(t("Date")),
        reference=form.own(t("Reference")),
        initials=form.own(t("Initials")),
        other=form.own(t("Another:")),
        desk=library.desk,
        invitation=form.own(t("Write to us whenever you like. Ask who we are, and we answer with this sentence.")),
        your_number=form.own(t("Your number with us")),
    )
