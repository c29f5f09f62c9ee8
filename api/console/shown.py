"""Cases and their routing fields in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from babel import Locale

from api.console.words import catalogue
from api.desk.caseview import AnswerView, CaseView
from api.desk.labels import in_words
from flows.appointments import Parsed, parse_appointment
from flows.checklists import CHECKLIST, list_in
from flows.language import t
from flows.loader import Library
from flows.places import Place, Places
from flows.portal import Portals
from flows.portal_messages import TELL_A_DATE
from flows.where import PLACE

CHOSEN = frozenset({"choice", "many", "consent", "country", "governorate", "district", "place"})
"""Kinds of question that are answered by a number of a list, as a rule."""
CHANNELS = {
    "telegram": t("Telegram"),
    "sms": t("SMS"),
    "whatsapp": t("WhatsApp"),
    "phone": t("Phone simulator"),
    "assisted": t("At the desk"),
}

Areas = list[tuple[str, str, list[tuple[str, str]]]]
"""The widest places and, in each, what lies in it: code and name."""


def areas_of(library: Library, reader: str) -> Areas:
    """The places where somebody can help, in the reader's language: those that the services mean which are on."""
    meant = {one.file.places for one in library.services.values() if library.is_on(one.name)}
    files = [places for name, places in library.places.files.items() if name in meant] or [library.places.of("")]
    return [
        (whole.code, whole.label(reader), [(one.code, _inside(places, one, reader)) for one in places.inside(whole)])
        for places in files
        for whole in places.tops
    ]


def _inside(places: Places, one: Place, reader: str) -> str:
    """What a place inside another is called: with what lies between them, the narrowest last."""
    between = (places.named_by(level, name) for level, name in one.path[1:])
    return ", ".join(place.label(reader) for place in between if place)


def place_name(library: Library, code: str, reader: str) -> str:
    """A place in the reader's language; its code when the places do not know it."""
    place = library.places.coded(code)
    return place.label(reader) if place else code


def service_title(library: Library, service: str, reader: str) -> str:
    """A service's name in the reader's language (ISO 639); its plain name when it is no longer offered."""
    known = library.services.get(service)
    return known.titles.get(reader, known.file.title) if known else service


def question_title(library: Library, service: str, question: str, reader: str) -> str:
    """A question's short name in the reader's language, or nothing when the service does not ask it."""
    known = library.services.get(service)
    asked = known.by_name.get(question) if known else None
    return (asked.prompts.get(reader) or next(iter(asked.prompts.values()))).title if asked else ""


def headline(library: Library, service: str, language: str, reader: str) -> str:
    """What a case is about and in which language: `Vaccination · Amharic`."""
    return f"{service_title(library, service, reader)} · {Locale.parse(reader).languages.get(language, language)}"


def facts(library: Library, service: str, route: Mapping[str, str], channel: str, reader: str) -> list[str]:
    """The readable facts of a case, each once, and the channel by which it came."""
    known = library.services.get(service)
    asked = known.by_name if known else {}
    words = (
        in_words(library, asked[name], value, reader) if name in asked else value.replace("_", " ")
        for name, value in route.items()
        if name not in (CHECKLIST, PLACE)
    )
    return [*dict.fromkeys(filter(None, words)), catalogue(reader).gettext(CHANNELS.get(channel, channel))]


@dataclass(frozen=True, slots=True)
class StillOpen:
    """The checklist of a case in the reader's language: its title, and the open items by question and short name."""

    title: str
    items: tuple[tuple[str, str], ...]


def still_open(library: Library, service: str, route: Mapping[str, str], reader: str) -> StillOpen | None:
    """What the case's checklist still lacks; None when nothing is open."""
    found = list_in(library, "", service, route, reader)
    if found is None:
        return None
    titles = library.services[service].rules.checklist_titles
    items = tuple((one, question_title(library, service, one, reader)) for one in found.items)
    return StillOpen(titles.get(reader) or next(iter(titles.values())), items)


def as_written(library: Library, service: str, answer: AnswerView, reader: str) -> str:
    """The words in which an answer came, where they say more than the answer: not the number or button of a choice."""
    known = library.services.get(service)
    asked = known.by_name.get(answer.name) if known else None
    written = answer.raw.strip()
    if asked is None:
        return "" if written == answer.value else written
    by_number = asked.question.type in CHOSEN and not any(map(str.isalpha, written))
    by_button = in_words(library, asked, written, reader) == answer.value
    return "" if by_number or by_button else written


def offered(case: CaseView, portals: Portals, zone: tzinfo) -> dict[int, Parsed]:
    """What is to be confirmed: by a message's id, the appointment that can be read from it, in the local zone.

    A reminder of a day that is on the case already asks for nothing.
    """
    known = {one.at.astimezone(zone).date() for one in case.appointments}
    found = {
        one.id: parse_appointment(
            one.text, received=one.received_at.astimezone(zone).date(), portal=portals.get(one.portal)
        )
        for one in case.portal_messages
        if one.kind in TELL_A_DATE and one.text and not one.confirmed
    }
    return {number: parsed for number, parsed in found.items() if parsed.day not in known}
