"""What she is told unasked: short, in her language and her calendar, and nothing that gives her away."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Literal

from babel.dates import format_skeleton

from flows.answers.date_shapes import own_calendar
from flows.calendars import from_gregorian
from flows.language import Words, t
from flows.months import Month, locale, month_name

Kind = Literal["appointment", "news", "words"]

TELLING = re.compile(
    r"vac+in|vacun|vaksin|chanjo|bakuna|covid|corona|minist|wizara|moph\b|لقاح|تطعيم|تلقيح|كورونا|كوفيد|وزارة"
    r"|ክትባ|ኮቪድ|ኮሮና|ሚኒስቴር|ሚንስትር|টিকা|ভ্যাকসিন|মন্ত্রণালয়|එන්නත|අමාත්",
    re.IGNORECASE,
)
"""What nobody who looks at her phone may read in a message of ours, in the languages that we write."""
I_HAVE_READ_IT = t("I have read this")
READY = t("It is ready. Your code is {code}. Say only the code when you come.")
"""Something waits for her; the four digits stand for her name."""
_WITH_YEAR = timedelta(days=180)
_ETHIOPIAN = "ethiopian"
_DAWN = 6
"""The hour at which the Ethiopian day begins: nine in the morning is its third."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell a worker: an `appointment` with its day, hour and place, that there is `news`, or the very
    `words` of a volunteer, which only a person says.

    `place` is as it is to be written, at most some sixty characters.
    """

    kind: Kind
    day: date | None = None
    at: time | None = None
    place: str = ""
    words: str = ""


def is_telling(text: str) -> bool:
    """Whether a text has a word in it that may stand in no message."""
    return TELLING.search(text) is not None


def told(words: Words, reference: str, notice: Notice, today: date, *, calendar: str) -> str:
    """What there is to tell, as one sentence; `calendar` is the one that she counts in besides the Gregorian."""
    if notice.words:
        return notice.words
    if notice.day is None:
        return words.t(t("{reference}: there is news for you. Write to us, or come."), reference=reference)
    when = when_in_words(words, notice.day, notice.at, today, calendar)
    return words.t(t("{reference}: your date is {when}."), reference=reference, when=_with(when, notice.place))


def notice_text(words: Words, reference: str, notice: Notice, today: date, *, calendar: str, several: bool) -> str:
    """The message to her own phone; `several`: it has more than one case, so that her 1 must say of which."""
    asked = t("When you have read this, reply: 1 {reference}") if several else t("Reply 1 when you have read this.")
    return f"{told(words, reference, notice, today, calendar=calendar)} {words.t(asked, reference=reference)}"


def trusted_text(words: Words, reference: str) -> str:
    """The message to the phone of a person she trusts: no name, no letter of it, no date, no place."""
    return words.t(
        t(
            "Hello. Somebody who trusts you gave us your number. Please say to that person: ask for news with the "
            "number {reference}. Reply 1 when you have said it."
        ),
        reference=reference,
    )


def when_and_where(words: Words, day: date, at: time | None, place: str, today: date) -> str:
    """A day, an hour and a place in her language, as one of several things to choose."""
    return _with(when_in_words(words, day, at, today, ""), place)


def when_in_words(words: Words, day: date, at: time | None, today: date, calendar: str) -> str:
    """A day and an hour in her language and, in brackets, as they are in the other calendar that she counts in."""
    language = words.language
    skeleton = "yMMMMEEEEd" if day - today > _WITH_YEAR else "MMMMEEEEd"
    shown = format_skeleton(skeleton, day, locale=locale("en-GB" if language == "en" else language))
    written = _with(shown, f"{at.hour}:{at.minute:02}" if at else "")
    other = calendar or own_calendar(language)
    return f"{written} ({_elsewhere(words, day, at, other)})" if other not in ("", "gregorian") else written


def _elsewhere(words: Words, day: date, at: time | None, calendar: str) -> str:
    language = words.language
    _, month, number = from_gregorian(calendar, day)
    name = month_name(Month(calendar, month), language)
    hour = _ethiopian_hour(at, words) if at and calendar == _ETHIOPIAN else ""
    return _with(f"{name} {number}" if language in ("am", "ti") else f"{number} {name}", hour)


def _ethiopian_hour(at: time, words: Words) -> str:
    """The same hour as an Ethiopian clock shows it: who reads "9:00" by that clock comes six hours late."""
    shown = f"{(at.hour - _DAWN) % 12 or 12}:{at.minute:02}"
    by_day = _DAWN <= at.hour < _DAWN + 12
    return words.t(t("{hour} of the day"), hour=shown) if by_day else words.t(t("{hour} of the night"), hour=shown)


def _with(first: str, second: str) -> str:
    return f"{first}, {second}" if second else first
