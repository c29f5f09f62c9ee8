"""The names of months as people write them, in the calendars that they count in."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from flows.fold import fold


class Month(NamedTuple):
    """A month by its number in a calendar of `flows.calendars`."""

    calendar: str
    number: int


# One line a month, in the order of the year. Spellings that fold alike (ኅዳር, ሕዳር) stand here once.
_GREGORIAN = """
January, Jan, janvier, janv, يناير, كانون الثاني, كانون ثاني, كانون تاني, جانفي, ጃንዋሪ, ጃንዩዋሪ, ጃኑዋሪ
February, Feb, février, févr, فبراير, شباط, فيفري, ፌብሩዋሪ, ፌብሩወሪ, ፌብርዋሪ
March, Mar, mars, مارس, آذار, ማርች
April, Apr, avril, avr, أبريل, نيسان, أفريل, ኤፕሪል, አፕሪል
May, mai, مايو, أيار, ماي, ሜይ
June, Jun, juin, يونيو, يونية, حزيران, جوان, ጁን
July, Jul, juillet, juil, يوليو, يولية, تموز, جويلية, ጁላይ
August, Aug, août, أغسطس, آب, أوت, ኦገስት, ኦጋስት
September, Sep, Sept, septembre, سبتمبر, أيلول, شتنبر, ሴፕቴምበር, ሴብቴምበር
October, Oct, octobre, أكتوبر, تشرين الأول, تشرين أول, تشرين اول, ኦክቶበር
November, Nov, novembre, نوفمبر, تشرين الثاني, تشرين ثاني, تشرين تاني, نونبر, ኖቬምበር, ኖቨምበር
December, Dec, décembre, déc, ديسمبر, كانون الأول, كانون أول, دجنبر, ዲሴምበር
"""
_ETHIOPIAN = """
መስከረም, Meskerem, Maskaram, Fulbaana
ጥቅምት, ጥቅምቲ, Tikimt, Tekemt, Tikemt, Teqemt, Onkoloolessa, Onkololeessa
ኅዳር, Hidar, Hedar, Sadaasa
ታኅሣሥ, Tahsas, Tahesas, Tahisas, Muddee, Mudde
ጥር, ጥሪ, Tir, Ter, Amajjii
የካቲት, ለካቲት, Yekatit, Guraandhala, Gurraandhala
መጋቢት, Megabit, Meggabit, Bitootessa, Bitooteessa
ሚያዝያ, ሚያዚያ, Miyazya, Miazia, Miazya, Miyaziya, Ebla, Eebila, Eebla
ግንቦት, ጉንበት, Ginbot, Genbot, Guenbot, Caamsaa
ሰኔ, ሰነ, Sene, Senie, Waxabajjii
ሐምሌ, ሓምለ, Hamle, Hamlie, Adoolessa, Adooleessa
ነሐሴ, ነሓሰ, Nehase, Nehasie, Hagayya
ጳጉሜ, ጳጉሜን, ጷግሜ, ጳግሜ, Pagume, Pagumen, Pagumie, Paguemen, Qaammee
"""
_HIJRI = """
محرم, Muharram, Moharram
صفر, Safar
ربيع الأول, ربيع أول, Rabi al-Awwal, Rabi ul Awal, Rabi ul-Awwal, Rabi al-Awal, Rabi I
ربيع الثاني, ربيع ثاني, ربيع الآخر, Rabi al-Thani, Rabi ath-Thani, Rabi al-Akhir, Rabi ul-Akhir, Rabi II
جمادى الأولى, جمادى الأول, جمادى أول, Jumada al-Ula, Jumada al-Awwal, Jumada I, Jamadi ul-Awwal
جمادى الآخرة, جمادى الآخر, جمادى الثانية, جمادى الثاني, Jumada al-Akhirah, Jumada al-Thani, Jumada II
رجب, Rajab
شعبان, Shaban, Shaaban, Sha'ban
رمضان, Ramadan, Ramazan, Ramzan, Ramadhan
شوال, Shawwal, Shawal
ذو القعدة, ذي القعدة, Dhu al-Qadah, Dhul Qadah, Dhu al-Qidah, Dhul Qidah, Zul Qadah, Zilqad
ذو الحجة, ذي الحجة, Dhu al-Hijjah, Dhul Hijjah, Dhul Hijja, Zul Hijjah, Zilhajj
"""
_BIKRAM_SAMBAT = """
वैशाख, बैशाख, बैसाख, Baishakh, Baisakh, Vaishakh
जेठ, जेष्ठ, ज्येष्ठ, Jestha, Jeth, Jesth, Jyestha
असार, आषाढ, अषाढ, Asar, Asadh, Ashadh
साउन, श्रावण, सावन, Shrawan, Saun, Sawan, Shravan
भदौ, भाद्र, Bhadra, Bhadau
असोज, आश्विन, Asoj, Ashwin, Aswin, Ashoj
कात्तिक, कार्तिक, Kartik, Kattik
मंसिर, मङ्सिर, मार्ग, Mangsir, Mansir
पुस, पुष, पौष, Poush, Paush, Push, Pus
माघ, Magh
फागुन, फाल्गुण, फाल्गुन, Falgun, Fagun, Phagun, Phalgun
चैत, चैत्र, Chaitra, Chait
"""
# Iranian, then Afghan (Dari, Pashto) names.
_SOLAR_HIJRI = """
فروردین, حمل, وری, Farvardin, Hamal, Wray
اردیبهشت, ثور, غویی, Ordibehesht, Sawr, Saur
خرداد, جوزا, غبرگولی, Khordad, Jawza
تیر, سرطان, چنگاښ, Tir, Saratan
مرداد, اسد, زمری, Mordad, Asad
شهریور, سنبله, وږی, Shahrivar, Sunbula, Sonbola
مهر, میزان, تله, Mehr, Mizan
آبان, عقرب, لړم, Aban, Aqrab
آذر, قوس, لیندۍ, Azar, Qaws, Qaus
دی, جدی, مرغومی, Dey, Jadi, Jaddi
بهمن, دلو, سلواغه, Bahman, Dalw, Dalwa
اسفند, حوت, کب, Esfand, Hut, Hoot
"""
_TABLES = {
    "gregorian": _GREGORIAN,
    "ethiopian": _ETHIOPIAN,
    "hijri": _HIJRI,
    "bikram_sambat": _BIKRAM_SAMBAT,
    "solar_hijri": _SOLAR_HIJRI,
}
# Whose own calendar it is; the first of a line's names is in their script, but Oromo writes Latin letters.
_HOME = {
    "ethiopian": ("am", "ti", "om"),
    "hijri": ("ar", "fa"),
    "bikram_sambat": ("ne",),
    "solar_hijri": ("fa", "ps"),
}
# Half a name: which of the two it was, she has to say.
_HALVES = {"كانون": (1, 12), "تشرين": (10, 11)}


def months_named(name: str, language: str) -> frozenset[Month]:
    """The months that a name can mean to someone who writes in a language (ISO 639); more than one when it is unclear.

    Tigrinya and Oromo have one set of names for the months of both the Ethiopian and the Gregorian calendar. One
    slip of the finger in four letters is forgiven, two in eight, where it leaves no doubt.
    """
    key, names = _key(name), _names(language)
    return names.get(key) or _close(key, names)


def month_name(month: Month, language: str) -> str:
    """How a month is called in a language, or in Latin letters where we have no other name for it."""
    if month.calendar == "gregorian":
        return str(locale(language).months["format"]["wide"][month.number])
    names = _lines(_TABLES[month.calendar])[month.number - 1]
    if language in _HOME[month.calendar] and language != "om":
        return names[0]
    return next(name for name in names if name.isascii())


def _key(name: str) -> str:
    return fold(name).replace(" ", "")


def _close(key: str, names: dict[str, frozenset[Month]]) -> frozenset[Month]:
    if len(key) < 4:
        return frozenset()
    allowed = 1 if len(key) < 8 else 2
    near = [
        names[name] for name, _, _ in extract(key, names.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=None)
    ]
    return near[0] if near and all(months == near[0] for months in near) else frozenset()


@cache
def _names(language: str) -> dict[str, frozenset[Month]]:
    """Every name that is known to a reader of a language: ours, and those that CLDR has for it."""
    found: dict[str, set[Month]] = {}
    for calendar, table in _TABLES.items():
        _add(found, calendar, _lines(table))
    _add(found, "gregorian", _cldr_names(language))
    for half, numbers in _HALVES.items():
        found[_key(half)] = {Month("gregorian", number) for number in numbers}
    return {name: frozenset(months) for name, months in found.items()}


def _add(found: dict[str, set[Month]], calendar: str, lines: Iterable[Iterable[str]]) -> None:
    for number, names in enumerate(lines, start=1):
        for name in names:
            found.setdefault(_key(name), set()).add(Month(calendar, number))


def _lines(table: str) -> list[list[str]]:
    return [line.split(", ") for line in table.strip().splitlines()]


def _cldr_names(language: str) -> list[list[str]]:
    """The forms used in dates. Not the stand-alone ones: Babel 2.18 mixes up whose they are when it inherits them."""
    months = locale(language).months["format"]
    return [[str(months[width][number]) for width in ("wide", "abbreviated")] for number in range(1, 13)]


@cache
def locale(language: str) -> Locale:
    """The CLDR locale of a language, or English where CLDR has none (Krio, Ilocano, Serer)."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")
