"""The small words that answer many questions: yes, no, none, I do not know."""

import re
from functools import cache
from typing import Literal

from flows.fold import fold

Meaning = Literal["yes", "no", "none", "unknown"]

# By language (ISO 639), as people type them, letters of a borrowed keyboard included.
_YES = {
    "en": "yes, y, yeah, yep, yea, ya, yup, ok, okay, sure, of course, i do, i agree, agree, correct, right, true",
    "fr": "oui, ouais, ui, wi, d'accord, daccord, bien sûr, ok, c'est ça, exact, je veux bien",
    "ar": "نعم, نعام, ايه, اي, إي, أيوه, أيوا, أيوة, آه, اه, اكيد, طبعا, تمام, موافق, موافقة, اوكي, أوكي, صح, "
    "naam, na3am, aywa",
    "am": "አዎ, አዎን, አወ, እሺ, ኦኬ, እስማማለሁ, ትክክል, awo, ewo, eshi, ishi",
    "ti": "እወ, እሺ, ሕራይ, ewe, hiray",
    "om": "eeyyee, eyyee, eeyee, eyee, eyyen, tole, ishi",
    "so": "haa, haye, haah",
    "bn": "হ্যাঁ, হ্যা, হা, হাঁ, জি, জ্বি, হ, আচ্ছা, ঠিক আছে, ji, jee, ha, haa, hae, hya",
    "si": "ඔව්, ඔව්ව, ඔව, හරි, ow, owu, ov, hari",
    "ta": "ஆம், ஆமாம், ஆமா, சரி, aam, aama, amam, sari",
    "ne": "हो, हजुर, छ, हुन्छ, ho, hajur, cha, huncha",
    "hi": "हाँ, हां, जी, haan, han, ji",
    "ur": "ہاں, جی, جی ہاں",
    "fil": "oo, opo, oho, sige, tama, oo naman, o o",
    "sw": "ndiyo, ndio, naam, ndyo, sawa, eeh",
    "es": "sí, claro, vale, de acuerdo",
    "pt": "sim, claro",
    "ru": "да, ага, конечно, хорошо, согласен, согласна, da",
    "ky": "ооба, ова, ооба макул, макул, ооа, оба, ooba",
    "kk": "иә, ия, иа, әрине, жарайды, ia",
    "tg": "ҳа, бале, оре, ха, хуб, майлаш",
    "uz": "ha, ҳа, xa, albatta, mayli",
    "fa": "بله, بلی, آره, هان, بلی بلی, bale, baleh",
    "tr": "evet, tamam, olur",
    "wo": "waaw, waw, waaaw, wow, waawaaw, waaw waaw, baax na",
    "ff": "eey, eyyo",
    "ak": "aane, yiw, yoo",
    "mg": "eny, eny tompoko, ie, eka",
    "zh": "是, 是的, 对, 對, 好, 好的, 有, 可以, 要, 同意, 嗯, shi",
    "ug": "ھەئە, شۇنداق",
    "sq": "po, poo, patjetër, dakord",
    "sr": "da, да, jeste, јесте, može, може, naravno",
}
_NO = {
    "en": "no, n, nope, nah, no way, never, i don't, i do not, i disagree, wrong, false",
    "fr": "non, nan, pas du tout, jamais, pas d'accord, je ne veux pas",
    "ar": "لا, لأ, لاء, كلا, ابدا, مو, مش موافق, مش موافقة, غير موافق, ما بدي, لا اريد, la2, laa",
    "am": "አይ, አይደለም, የለም, አልፈልግም, አልስማማም, በፍጹም, aydelem, yelem",
    "ti": "ኣይፋል, አይፋል, ኣይፋልን, ኣይኮነን, ኣይ, ኣይደልን, aykonen, aifal",
    "om": "lakki, lakkii, miti, waawuu, hin barbaadu",
    "so": "maya, mayo",
    "bn": "না, নাহ, নেই, লাগবে না, na, nei",
    "si": "නැහැ, නෑ, එපා, නැත, nehe, naha, nae, epa",
    "ta": "இல்லை, இல்ல, வேண்டாம், illai, illa, vendam",
    "ne": "होइन, छैन, हुँदैन, नाइँ, hoina, chaina, hudaina, nai",
    "hi": "नहीं, ना, nahi, nahin",
    "ur": "نہیں, نہ",
    "fil": "hindi, hinde, di, dili, ayaw, hindi po",
    "sw": "hapana, la, siyo, sio, hapana asante",
    "es": "no, nunca",
    "pt": "não",
    "ru": "нет, неа, не, не хочу, никогда, net",
    "ky": "жок, жо, макул эмес, jok",
    "kk": "жоқ, жок, joq",
    "tg": "не, на, нест, нахайр",
    "uz": "yo'q, yoq, йўқ, йук",
    "fa": "نه, نخیر, خیر, نی, na, nakhair",
    "tr": "hayır, hayir, yok, olmaz",
    "wo": "déedéet, dedet, deedeet, déet, det, deet",
    "ff": "alaa, ala, oo'o",
    "ak": "daabi, dabi",
    "mg": "tsia, tsy, aoka",
    "zh": "不, 不是, 不要, 否, 不行, 不对, 不對, 不同意, 没, 没有, 沒有, bu",
    "ug": "ياق",
    "sq": "jo, joo, aspak",
    "sr": "ne, не, nije, није, nikako",
}
_NONE = {
    "en": "none, nothing, i don't have, i do not have, i dont have one, i don't have any, don't have, no have, nil",
    "fr": "aucun, aucune, rien, je n'ai pas, j'ai pas, je n'en ai pas, j'en ai pas, néant",
    "ar": "لا شيء, ولا شي, ولا شيء, ما عندي, ليس لدي, لا يوجد, ما في, مافي, بدون, ولا واحد, لا املك, معيش, ما معي",
    "am": "የለኝም, ምንም, ምንም የለኝም, yelegnim",
    "ti": "የብለይን, ዋላ ሓንቲ",
    "om": "hin qabu, homaa",
    "bn": "নাই, আমার নেই, কিছুই না, কিছু না, nai",
    "si": "මට නැහැ, කිසිවක් නැත, මුකුත් නැහැ",
    "ta": "என்னிடம் இல்லை, ஒன்றுமில்லை",
    "ne": "मसँग छैन, केही छैन",
    "fil": "wala, wala po, wala akong, wala ako",
    "sw": "sina, hakuna, sina yoyote",
    "es": "nada, ninguno, ninguna, no tengo",
    "ru": "ничего, нету, у меня нет, ничего нет, нет ничего",
    "ky": "менде жок, эч нерсе",
    "kk": "менде жоқ, ештеңе",
    "tg": "надорам, ҳеҷ чиз",
    "fa": "ندارم, هیچ, هیچی",
    "tr": "bende yok, hiçbiri",
    "wo": "amuma, amul",
    "zh": "没有, 沒有, 我没有, 无",
    "sq": "nuk kam, asnjë, asgjë",
    "sr": "nemam, немам, ništa, ништа",
}
_UNKNOWN = {
    "en": "i don't know, i do not know, don't know, dont know, do not know, idk, no idea, not sure, i'm not sure, "
    "unknown, i forgot, i don't remember, i dont no",
    "fr": "je ne sais pas, je sais pas, sais pas, j'sais pas, chais pas, jsp, aucune idée, inconnu, j'ai oublié",
    "ar": "لا أعرف, لا اعلم, لا أدري, ما بعرف, مابعرف, ما اعرف, مش عارف, مش عارفة, ما ادري, مدري, غير معروف, نسيت",
    "am": "አላውቅም, አላቅም, አላውቀውም, አላስታውስም, alawkim, alawqim",
    "ti": "ኣይፈልጥን, አይፈልጥን, ኣይፈልጦን",
    "om": "hin beeku, hin beekuu",
    "so": "ma aqaan, ma garanayo, ma ogi",
    "bn": "জানি না, জানিনা, আমি জানি না, মনে নেই, jani na, janina",
    "si": "දන්නේ නැහැ, දන්නෙ නෑ, මම දන්නේ නැහැ, danne na, danne naha",
    "ta": "தெரியாது, எனக்குத் தெரியாது, theriyathu, teriyadu",
    "ne": "थाहा छैन, मलाई थाहा छैन, thaha chaina",
    "hi": "पता नहीं, मुझे नहीं पता, pata nahi",
    "ur": "معلوم نہیں, پتہ نہیں",
    "fil": "hindi ko alam, di ko alam, ewan, ewan ko, hindi ko po alam, diko alam",
    "sw": "sijui, sifahamu, sina uhakika, sikumbuki",
    "es": "no sé, no lo sé, ni idea",
    "pt": "não sei",
    "ru": "не знаю, незнаю, я не знаю, не помню",
    "ky": "билбейм, билбеймин, билген жокмун",
    "kk": "білмеймін, білмим",
    "tg": "намедонам, ман намедонам",
    "uz": "bilmayman, билмайман",
    "fa": "نمی‌دانم, نمیدانم, نمیدونم, نمی دانم",
    "tr": "bilmiyorum, bilmem",
    "wo": "xamuma, xamuma ko, xawma",
    "ak": "mennim, minnim",
    "mg": "tsy fantatro, tsy haiko",
    "zh": "不知道, 我不知道, 不清楚, 忘了",
    "sq": "nuk e di, s'e di, nuk di",
    "sr": "ne znam, не знам, nisam siguran, nisam sigurna",
}
_TABLES: dict[Meaning, dict[str, str]] = {"yes": _YES, "no": _NO, "none": _NONE, "unknown": _UNKNOWN}
_POLITE = (
    "please pls thanks thank you sir madam mam merci svp شكرا فضلك من لو سمحت አመሰግናለሁ እባክህ እባክሽ እባክዎ po salamat "
    "asante tafadhali gracias спасибо рахмат rahmat ধন্যবাদ sister brother dear jërëjëf"
)
_UP, _DOWN = frozenset("👍👌✅✔☑🆗🙆💯"), frozenset("👎❌✖🚫⛔🙅❎")
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f\u200d♀♂\\s]")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")  # yesssss


def meanings(text: str, language: str) -> frozenset[Meaning]:
    """What a short answer means to someone who writes in a language (ISO 639): usually one thing, or nothing.

    Her own language comes first (`jo` is no in Albanian); then the word is looked up in all of them, because people
    answer in the language of the house they work in.
    """
    drawn = _drawn(text)
    if drawn:
        return drawn
    words = fold(text)
    for key in (words, _plainly(words)):
        found = _table(language).get(key) or _everywhere().get(key)
        if found:
            return found
    return frozenset()


def _drawn(text: str) -> frozenset[Meaning]:
    signs = set(_SKIN.sub("", text))
    if not signs or signs - _UP - _DOWN:
        return frozenset()
    both: tuple[tuple[Meaning, frozenset[str]], ...] = (("yes", _UP), ("no", _DOWN))
    return frozenset(meaning for meaning, known in both if signs & known)


def _plainly(words: str) -> str:
    """Without politeness, repetition and drawn-out letters: `yes yesss please` as `yes`."""
    kept = [_DRAWN_OUT.sub(r"\1", word) for word in words.split() if word not in _polite()]
    return " ".join(dict.fromkeys(kept))


@cache
def _polite() -> frozenset[str]:
    return frozenset(fold(_POLITE).split())


@cache
def _table(language: str) -> dict[str, frozenset[Meaning]]:
    found: dict[str, frozenset[Meaning]] = {}
    for meaning, by_language in _TABLES.items():
        for phrase in by_language.get(language, "").split(", "):
            key = fold(phrase)
            if key:
                found[key] = found.get(key, frozenset()) | {meaning}
    return found


@cache
def _everywhere() -> dict[str, frozenset[Meaning]]:
    found: dict[str, frozenset[Meaning]] = {}
    for language in {language for table in _TABLES.values() for language in table}:
        for key, means in _table(language).items():
            found[key] = found.get(key, frozenset()) | means
    return found
