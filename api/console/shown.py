"""Answers and routing fields as a volunteer reads them: in her language, with the words in which they came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from babel import Locale

from api.console.words import catalogue
from flows.language import t
from flows.loader import Asked, Library, Prompt
from flows.model import Answer, Value

CHANNELS = {"telegram": t("Telegram"), "sms": t("SMS"), "phone": t("Phone simulator")}
CHOSEN = frozenset({"choice", "many", "consent", "governorate", "district", "country"})
"""Kinds of question that are mostly answered by a number or a button, which then says nothing worth reading."""


@dataclass(frozen=True, slots=True)
class Line:
    """One answer: `value` is what the copy button takes, `about` says that it is a guess, `raw` how it was written.

    `secret` ones are hidden until asked for, because somebody may look over her shoulder.
    """

    name: str
    title: str
    label: str
    value: str
    raw: str
    about: bool
    recording: bool
    secret: bool


def answer_lines(library: Library, service: str, answers: Mapping[str, Answer], language: str) -> list[Line]:
    """What was answered, in the order of the form; then what an older form asked."""
    known = library.services.get(service)
    questions = known.by_name if known else {}
    order = [*(name for name in questions if name in answers), *(name for name in answers if name not in questions)]
    return [_line(library, questions.get(name), name, answers[name], language) for name in order]


def headline(library: Library, service: str, language: str, reader: str) -> str:
    """What a case is about and in which language: `Vaccination · Amharic`."""
    return f"{service_title(library, service, reader)} · {Locale.parse(reader).languages.get(language, language)}"


def service_title(library: Library, service: str, reader: str) -> str:
    """A service's name in the reader's language; its plain name when it is no longer offered."""
    known = library.services.get(service)
    return (known.titles.get(reader) or known.file.title) if known else service


def facts(library: Library, service: str, route: Mapping[str, str], channel: str, reader: str) -> list[str]:
    """The readable facts of a case in the reader's language, and by which channel it came."""
    known = library.services.get(service)
    questions = known.by_name if known else {}
    words = [value_in_words(library, questions.get(name), value, reader) for name, value in route.items()]
    by = catalogue(reader).gettext(CHANNELS.get(channel, channel))
    return [*filter(None, words), by]


def value_in_words(library: Library, asked: Asked | None, value: Value, reader: str) -> str:
    """A stored value as the reader says it: choices and places by their names, several joined."""
    if value is None:
        return ""
    names = _names(library, asked, reader)
    values = (value,) if isinstance(value, str) else value
    return ("، " if reader == "ar" else ", ").join(names.get(one, one) for one in values)


def _line(library: Library, asked: Asked | None, name: str, answer: Answer, reader: str) -> Line:
    prompt = _prompt(asked, reader)
    kind = asked.question.type if asked else "text"
    value = _day(answer) if kind == "date" else value_in_words(library, asked, answer.value, reader)
    said_by_number = kind in CHOSEN and (answer.raw.strip().isdecimal() or answer.raw == answer.value)
    return Line(
        name=name,
        title=prompt.title if prompt else name,
        label=answer.wording or (prompt.label if prompt else ""),
        value=value,
        raw="" if said_by_number or answer.raw.strip() in ("", value) else answer.raw.strip(),
        about=answer.precision == "about",
        recording=answer.media is not None,
        secret=bool(asked and asked.question.sensitive),
    )


def _prompt(asked: Asked | None, reader: str) -> Prompt | None:
    if asked is None:
        return None
    return asked.prompts.get(reader) or asked.prompts.get("en") or next(iter(asked.prompts.values()))


def _names(library: Library, asked: Asked | None, reader: str) -> dict[str, str]:
    prompt = _prompt(asked, reader)
    if asked is None or prompt is None:
        return {}
    if asked.question.type in ("governorate", "district"):
        governorates = library.places.governorates
        districts = [district for one in governorates for district in library.places.districts(one.id)]
        return {place.id: place.label(reader) for place in (*governorates, *districts)}
    return {option.value: option.label for option in prompt.options}


def _day(answer: Answer) -> str:
    """A date as forms in most of the world want it: 17/05/1992, 05/1992 or 1992."""
    text = str(answer.value or "")
    if answer.precision == "day":
        return date.fromisoformat(text).strftime("%d/%m/%Y")
    return "/".join(reversed(text.split("-")))
