"""Reads day, time, place and security code out of a portal's appointment message; what is not sure stays empty."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as Time
from typing import TypeVar

from flows.dates import Dated, dates_in
from flows.digits import read_digits
from flows.portal import Portal

Found = TypeVar("Found")
_AHEAD = timedelta(days=366)
_HALF = r"(?:a\.?m\.?|p\.?m\.?|(?:ص|م)(?!\w)|صباح\w*|مساء\w*|ظهر\w*|بعد الظهر)"
_TIME = re.compile(
    rf"(?<![0-9:.,/-])(?:([01]?[0-9]|2[0-3])\s?[:hH]\s?([0-5][0-9])(?![0-9:])|([01]?[0-9]|2[0-3])\s?(?=h\b|{_HALF}))"
    rf"\s*h?\s*({_HALF})?(?![0-9])",
    re.IGNORECASE,
)
_HOUR_BEFORE = re.compile(r"(?:à|الساعة|at|jam|pukul)\s*$", re.IGNORECASE)
_TO = re.compile(r"\s*(?:-|\u2013|to|until|and|à|et|إلى|الى|حتى|و|hingga|और|से)\s*", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:venue|place|location|site|centre|center|lieu|المكان|مركز التلقيح|የሚገኘው)\s*[:\uff1a]\s*([^.;,\n\u060c\u061b]+)",
    re.IGNORECASE,
)
_KIND_OF_PLACE = re.compile(
    r"(?:(?<![^\W\d_])(?:hospital|clinic|cent(?:re|er)|dispensary|stadium|school|university|hall|ppv|hôpital|clinique"
    r"|dispensaire|école|klinik)(?![^\W\d_])|مستشفى|مستوصف|مركز|عيادة|مدرسة|ملعب|ሆስፒታል|ክሊኒክ|केंद्र|अस्पताल|হাসপাতাল)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:(?<![^\W\d_])(?:at|in|to|di|à|au|dans|pada)\s+|(?<!\w)(?:في|فى|إلى)\s+|बजे\s+|^[\s:-]+)", re.IGNORECASE
)
_TRAIL = re.compile(r"(?:\s+(?:on|at|le|à|في|يوم|الساعة|between|from|jam|में|है))*[\s:-]*$", re.IGNORECASE)
_NO_NAME = re.compile(r"(?:the|your|any|our|this|le|la|votre|un|une)\s|(?:المركز|مركز التلقيح)$", re.IGNORECASE)
_PARTS = re.compile(r"[.;,\n\u060c\u061b\u0964\x00]+")
_CODE = re.compile(
    r"(?:(?:security|secret|access|entry)\s+code|voucher|code\s+(?:de\s+sécurité|secret)|رمز(?:\s+(?:الأمان|الامان|"
    r"السري|الدخول))?|الرمز(?:\s+السري)?|सीक्रेट कोड|የሚስጥር ኮድ|\bcode)"
    r"\s*(?:is|est|هو|ነው)?\s*[:#]?\s*([0-9A-Za-z][0-9A-Za-z-]{2,14})(?![0-9A-Za-z-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a message says of an appointment, as far as it is sure: local day and time, place, security code."""

    day: date | None = None
    time: Time | None = None
    place: str = ""
    security_code: str = ""


def parse_appointment(text: str, *, received: date, portal: Portal | None = None) -> Parsed:
    """Read a message that came on that day. Two different days, times, places or codes leave the field empty."""
    plain = read_digits(text)
    languages = {language for one in (portal.messages if portal else ()) for language in one.examples}
    dates = dates_in(plain, today=received, order=portal.dates if portal else "", languages=sorted(languages))
    rest = _without(plain, ((one.start, one.end) for one in dates))
    times = list(_times(rest))
    without_times = _without(rest, ((start, end) for start, end, _ in times))
    return Parsed(
        _only(day for one in dates for day in _ahead(one, received)),
        _only(_starts(rest, times)),
        _only(_places(without_times)) or "",
        _only(_codes(rest)) or "",
    )


def without_codes(plain: str) -> str:
    """The text (digits in ASCII) with blanks where a security code stands: it names nobody."""
    for found in _CODE.finditer(plain):
        plain = plain[: found.start(1)] + " " * len(found[1]) + plain[found.end(1) :]
    return plain


def _ahead(found: Dated, received: date) -> Iterator[date]:
    yield from (day for day in found.days if received <= day <= received + _AHEAD)


def _only(found: Iterable[Found]) -> Found | None:
    """The one thing that was found, or nothing when there are two."""
    different = set(found)
    return different.pop() if len(different) == 1 else None


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with zero characters where these spans were: every other place keeps its number."""
    for start, end in spans:
        text = text[:start] + "\0" * (end - start) + text[end:]
    return text


def _times(text: str) -> Iterator[tuple[int, int, Time | None]]:
    """Every time of day with where it stands; None where morning and afternoon are both possible."""
    for found in _TIME.finditer(text):
        hour, half = int(found[1] or found[3]), (found[4] or "").lower()
        if found[3] and not half and not _HOUR_BEFORE.search(text[: found.start()]):
            continue  # `within 12 h`
        if half:
            morning = half.startswith(("a", "ص"))
            hour = hour % 12 if morning else hour % 12 + 12 if hour <= 12 else hour
        unsure = not half and 1 <= hour <= 6 and not found[0].startswith("0")
        yield found.start(), found.end(), None if unsure else Time(hour, int(found[2] or 0))


def _starts(text: str, times: list[tuple[int, int, Time | None]]) -> Iterator[Time | None]:
    """The times without those that end a span: of `09:00 - 11:00` the first."""
    before = None
    for start, end, at in times:
        if before is None or not _TO.fullmatch(text[before:start]):
            yield at
        before = end


def _places(text: str) -> Iterator[str]:
    labelled = [found[1].replace("\0", " ") for found in _LABEL.finditer(text)]
    parts = labelled or [name for part in _PARTS.split(text) if (name := _place_in(part))]
    yield from (place for part in parts if (place := " ".join(_TRAIL.sub("", part).split())))


def _place_in(part: str) -> str:
    """The name of a hospital, a centre … in a part of a sentence, without what leads up to it."""
    found = _KIND_OF_PLACE.search(part)
    if found is None:
        return ""
    leads = [one.end() for one in _LEAD.finditer(part, 0, found.start())]
    name = part[max(leads, default=0) :].strip()
    return "" if _NO_NAME.match(name) else name


def _codes(text: str) -> Iterator[str]:
    yield from (found[1].upper() for found in _CODE.finditer(text) if any(map(str.isdecimal, found[1])))
