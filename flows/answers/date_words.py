"""The words around the numbers of a date: about, years old, which calendar, and those that say nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flows.fold import fold
from flows.months import Month, months_named

_ABOUT = """
about, around, approx, approximately, maybe, perhaps, nearly, almost, circa, ca, i think, more or less
environ, vers, à peu près, presque, peut être, autour de, je crois, je pense
حوالي, حوالى, تقريبا, نحو, يمكن, ربما, اظن, شي
ወደ, ገደማ, አካባቢ, ያህል, ምናልባት, ኣስታት, ኣቢሉ, ይመስለኛል, naannoo, tilmaamaan
প্রায়, আনুমানিক, মনে হয়, පමණ, විතර, ආසන්න, சுமார், ஏறக்குறைய, करिब, लगभग, अन्दाजी
mga, halos, humigit kumulang, siguro, kama, karibu, takriban, labda, qiyaastii, ku dhawaad
около, примерно, где то, приблизительно, наверное, болжол менен, чамасында, шамамен, тақрибан
yaklaşık, civarı, tahminen, rreth, afërsisht, oko, otprilike, tokotokony, 大约, 大概, 左右, 约, 大約
حدود, تقریبا, تقریباً
"""
# Also said of a year (سنة ١٩٩٢, 1992 года): the number decides which it is.
_AGED = """
years, years old, year old, yrs, yr, yo, y o, age, aged, old, my age is, i am, im, i m
ans, an, âge, agée, âgée, âgé, années, année, mon âge
سنة, سنه, سنين, سنوات, عام, عاما, عمري, عمر, العمر, عمرها, انا, أنا
ዓመት, ዓመቴ, ዓመቴ ነው, ዓመቷ, ዓመቱ, እድሜ, እድሜዬ, ዕድሜዬ, እድሜዋ, ነኝ, ዕድመ, ዕድመይ, ዓመተይ, waggaa, umrii, umuriin
বছর, বছরের, বয়স, আমার বয়স, বৎসর, අවුරුදු, වයස, வயது, வருடம், வயசு, वर्ष, वर्षको, उमेर, साल, उम्र
taon, taong gulang, gulang, edad, anyos, miaka, umri, mwaka, jir, sano, da, da'
лет, год, года, году, возраст, мне, жаш, жашта, жаштамын, жас, жаста, жастамын, сола, сол, соли
yaş, yaşında, yaşındayım, yaşım, at, taona, 岁, 歲, vjeç, vjet, vjeçe, godina, godine, godinu, años, anos
ساله, سال, سالگی
"""
_SILENT = """
born, i was born, was born, in, on, of, the, year, month, day, date, my, birthday, birth, date of birth, dob, is, was,
i, am, she, he, it, its, since, and, st, nd, rd, th, s, to, me
né, née, en, le, du, de, la, au, mois, jour, lan, jai, je suis, je suis née, je suis né, date de naissance, er,
ère, eme, ème
في, من, شهر, يوم, تاريخ, مواليد, ولدت, انا مواليد, تاريخ الميلاد, تولد, و, ل, ب, لعام
በ, ቀን, ወር, ኛ, ኛው, ነው, የተወለድኩት, ተወለድኩ, የተወለድኩበት, ልደቴ, እኔ, ናት, እየ, ዕለት, ብ, ተወሊደ, guyyaa, ji'a, dhaladhe
সাল, সালে, সালের, জন্ম, তারিখ, মাস, আমার, උපන්, මගේ, දින, වර්ෂය, பிறந்த, தேதி, जन्म, मिति, महिना, मेरो, गते, हो
ipinanganak, noong, ng, ako, ko, si, na, tarehe, mwezi, nilizaliwa, kuzaliwa, mimi, nina, una, dhashay
родилась, родился, г, р, числа, в, туулган, жыл, жылы, туған, таваллуд, doğum, doğdum, lindur, lindja, rođena, rođen
年, 月, 日, 号, 號, 生, 出生, 我, ماه, روز, متولد, el, de, del, año, nací
"""
_CALENDARS = {
    "gregorian": "gregorian, gregorian calendar, g c, gc, gr, ad, a d, ce, european, european calendar, እ ኤ አ, እኤአ, "
    "ፈረንጅ, በፈረንጅ, በፈረንጆች, አውሮፓ, በአውሮፓ, በአውሮፓውያን, በአውሮፓውያን አቆጣጠር, በአውሮፓ አቆጣጠር, በፈረንጅ አቆጣጠር, ጎርጎርዮስ, ፈረንጂ, م, ميلادي, "
    "ميلادية, miladi, میلادی, ई सं, इस्वी, ईस्वी, нашей эры",
    "ethiopian": "ethiopian, ethiopian calendar, e c, ec, eth, habesha, የኢትዮጵያ, በኢትዮጵያ, በኢትዮጵያ አቆጣጠር, ኢትዮጵያ, ግእዝ, "
    "ብግእዝ, akka itoophiyaatti",
    "hijri": "hijri, hijra, hijri calendar, ah, a h, ه, هجري, هجرية, هجري قمري, قمري, ه ق, ሂጅራ, হিজরি",
    "solar_hijri": "solar hijri, shamsi, sh, ه ش, ش, شمسی, خورشیدی, هجری شمسی, هجري شمسي, afghan, persian",
    "bikram_sambat": "bikram sambat, bs, b s, sambat, nepali, वि सं, बि सं, विसं, विक्रम सम्वत, बिक्रम सम्बत, विक्रम संवत, सम्वत",
}
_YEAR_OF_MERCY = "ዓ ም, ዓም, ዓመተ ምሕረት, ዓመተ ምህረት"  # said of the Ethiopian year unless እ.ኤ.አ. stands before it
_UNSURE = re.compile(r"[~≈±]|[?؟]\s*$")
_PIECE = re.compile(r"\d+|[^\d\s]+")


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says of a date: its numbers in order, the months that its words can mean, and how sure she is."""

    numbers: tuple[str, ...]
    months: frozenset[Month] | None
    calendar: str
    about: bool
    aged: bool


def listen(text: str, language: str) -> Said | None:
    """Divides a text into what matters for a date; None if a word in it is unknown, or two months contradict."""
    numbers: list[str] = []
    months: frozenset[Month] | None = None
    roles: set[str] = {"about"} if _UNSURE.search(text) else set()
    for piece, role, named in _heard(_PIECE.findall(fold(text)), language):
        if role == "unknown":
            return None
        if role == "number":
            numbers.append(piece)
        elif role == "month":
            months = named if months is None else months & named
        else:
            roles.add(role)
    if months == frozenset():
        return None
    return Said(tuple(numbers), months, _calendar(roles), "about" in roles, "aged" in roles)


def _calendar(roles: set[str]) -> str:
    named = [calendar for calendar in _CALENDARS if calendar in roles]
    return named[0] if named else "ethiopian" if "mercy" in roles else ""


def _heard(pieces: list[str], language: str) -> Iterator[tuple[str, str, frozenset[Month]]]:
    """Each number, month and phrase with what it does; of phrases that begin alike the longest is meant."""
    position = 0
    while position < len(pieces):
        if pieces[position].isdecimal():
            yield pieces[position], "number", frozenset()
            position += 1
            continue
        length, role, months = _longest(pieces[position : position + 4], language)
        yield pieces[position], role, months
        position += length


def _longest(pieces: list[str], language: str) -> tuple[int, str, frozenset[Month]]:
    for length in range(len(pieces), 0, -1):
        if any(piece.isdecimal() for piece in pieces[:length]):
            continue
        phrase = " ".join(pieces[:length])
        role = _phrases().get(phrase)
        if role:
            return length, role, frozenset()
        months = months_named(phrase, language) or months_named(phrase.lstrip("በየ"), language)  # in, of
        if months:
            return length, "month", months
    return 1, "unknown", frozenset()


@cache
def _phrases() -> dict[str, str]:
    roles = {"": _SILENT, "aged": _AGED, "about": _ABOUT, "mercy": _YEAR_OF_MERCY, **_CALENDARS}
    return {
        fold(phrase): role or "silent"
        for role, table in roles.items()
        for phrase in table.replace("\n", ", ").split(", ")
        if phrase
    }
