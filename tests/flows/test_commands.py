"""What works anywhere works in every language in which we speak, and in none is it somebody's name."""

import re
from typing import get_args

import pytest

from flows.catalogues import TRANSLATIONS
from flows.commands import Command, recognise
from flows.engine import step
from flows.language import load_catalogues
from flows.model import Answer, Draft, Message
from tests.factories import NOW
from tests.words.libraries import made_up

SAID = {
    "zh": "返回 帮助 你们是谁 停止 清除 进度 人工 语言 忘记 新的 清单",
    "sq": "mbrapa ndihmë kush ndalo fshi gjendja njeri gjuha harro e-re lista",
    "sr": "nazad pomoć ko stani obriši stanje osoba jezik zaboravi novo spisak",
    "Serbian in its own script": "назад помоћ ко стани обриши стање особа језик заборави ново списак",
    "es": "anterior ayuda quién parar borrar estado persona idioma olvidar nuevo lista",
    "ky": "артка жардам силер-ким токто тазала абал адам тил унут жаңы тизме",
    "kk": "артқа көмек кім тоқта тазала жағдай адам тіл ұмыт жаңа тізім",
    "tg": "қафо ёрӣ кӣ ист тоза ҳолат одам забон фаромӯш нав рӯйхат",
    "wo": "dellu ndimbal kan taxaw far status nit làkk fàtte bees liste",
    "bn": "ফিরুন সাহায্য আপনারাকে থামুন মুছুন খবর মানুষ ভাষা ভুলুন নতুন তালিকা",
    "si": "ආපසු උදව් ඔබලාකවුද නවත්වන්න මකන්න ආරංචි මනුෂ්‍යයෙක් භාෂාව අමතක අලුත් ලැයිස්තුව",
    "fil": "bumalik tulong sinokayo tigil burahin balita kausap wika kalimutan bago listahan",
    "sw": "rudi msaada ninyininani simamisha futa hali mtu lugha sahau mpya orodha",
}
ORDER: tuple[Command, ...] = (
    "back", "help", "who", "stop", "clear", "status", "human", "language", "forget", "new", "list",
)  # fmt: skip


@pytest.mark.parametrize("language", SAID)
def test_every_command_has_a_word_in_every_language(language: str) -> None:
    words = SAID[language].split()
    assert [recognise(word) for word in words] == list(ORDER)
    assert [recognise(f" {word.upper()}! ") for word in words] == list(ORDER)


def test_no_command_is_missing_here() -> None:
    assert set(ORDER) == set(get_args(Command))


def test_a_word_that_a_text_tells_her_to_send_is_understood() -> None:
    for language, words in load_catalogues(TRANSLATIONS).by_language.items():
        for (_, source), text in words.texts.items():
            told = re.search(r"[Ss]end: (\w+)", source)
            if told:
                said = re.findall(r"[^\s.,;:،。፦：»«()?!]+", text)
                assert told[1] in [recognise(word) for word in said], (language, source, text)


def test_no_answer_to_choose_is_a_command() -> None:
    for language, words in load_catalogues(TRANSLATIONS).by_language.items():
        labels = [text for (key, _), text in words.texts.items() if ":choice:" in key]
        assert not [label for label in labels if recognise(label)], language


@pytest.mark.parametrize("name", ["Ким", "Kan", "Ko"])
def test_a_word_that_is_a_name_too_is_one_where_a_name_is_asked_for(name: str) -> None:
    asked_for_her_name = Draft("en", "flat", {"work": Answer("yes"), "city": Answer("here")}, touched=NOW)
    turn = step(made_up(), asked_for_her_name, Message("chat", "chat:1", "her", "1", name), NOW)
    assert turn.draft is not None
    assert turn.draft.answers["name"] == Answer(name, name)
    assert recognise(name) == "who"
