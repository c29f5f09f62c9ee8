"""What a text costs by SMS is what Twilio's own calculator says, and folding makes it cheaper or leaves it alone."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.segments import Segments, count, fold, not_gsm, paid_for, split

FLAG, RAINBOW, FAMILY = "🇱🇧", "🏳️\u200d🌈", "👩\u200d👩\u200d👧"
LAMENT = "e\u0301\u0301\u0301"  # one letter under three accents


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 1, 0)),
        ("a" * 160, Segments("GSM-7", 1, 160)),
        ("a" * 161, Segments("GSM-7", 2, 161)),
        ("a" * 306, Segments("GSM-7", 2, 306)),
        ("a" * 307, Segments("GSM-7", 3, 307)),
        ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¡¿ÄÖÑÜäöñüà¤§", Segments("GSM-7", 1, 44)),
        ("€" * 80, Segments("GSM-7", 1, 160)),
        ("^{}\\[~]|€\f", Segments("GSM-7", 1, 20)),
        ("a\r\nb", Segments("GSM-7", 1, 4)),
        ("ç" * 70, Segments("UCS-2", 1, 70)),
        ("ç" * 71, Segments("UCS-2", 2, 71)),
        ("ሰ" * 134, Segments("UCS-2", 2, 134)),
        ("ሰ" * 135, Segments("UCS-2", 3, 135)),
        ("`", Segments("UCS-2", 1, 1)),
        ("😀" + "]" * 68, Segments("UCS-2", 1, 70)),
        ("😀" + "]" * 69, Segments("UCS-2", 2, 71)),
        (FLAG + "1" * 66, Segments("UCS-2", 1, 70)),
        (RAINBOW + "1" * 65, Segments("UCS-2", 2, 71)),
        (LAMENT + "a" * 66, Segments("UCS-2", 1, 70)),
        (LAMENT + "a" * 67, Segments("UCS-2", 2, 71)),
    ],
)
def test_a_text_costs_what_the_provider_charges(text: str, expected: Segments) -> None:
    assert count(text) == expected


def test_an_escape_is_never_cut_from_its_sign() -> None:
    assert count("a" * 151 + "€" + "a" * 151 + "€") == Segments("GSM-7", 2, 306)
    assert count("a" * 152 + "€" + "a" * 150 + "€") == Segments("GSM-7", 3, 306)


@pytest.mark.parametrize("whole", ["😀", FLAG, RAINBOW, FAMILY, "ක්‍රි", "শ্রী", "กำ", LAMENT, "👍🏽"])
def test_what_reads_as_one_character_is_never_cut_in_two(whole: str) -> None:
    size = len(whole.encode("utf-16-le")) // 2
    fits = "ሰ" * (67 - size) + whole + "ሰ" * 67
    assert count(fits).segments == 2
    pushed = "ሰ" * (68 - size) + whole + "ሰ" * 66
    assert count(pushed) == Segments("UCS-2", 3, 134)


def test_two_flags_are_two_characters() -> None:
    assert count("ሰ" * 63 + FLAG + FLAG + "ሰ" * 63).segments == 2


def test_an_accent_after_a_line_break_stands_alone() -> None:
    assert count("ሰ" * 66 + "\n\u0301" + "ሰ" * 66).segments == 2


def test_the_characters_that_force_ucs_2_are_listed_once_in_order() -> None:
    assert not_gsm("Leçon d’été, ça va “bien” {ok}") == ["ç", "’", "“", "”"]
    assert not_gsm("Où est la clé?") == []


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ça, c’est reçu…", "Ça, c'est recu..."),
        ("Prénom, Noël, forêt, où", "Prénom, Noel, foret, où"),
        ("« Sœur »\u202f: oui – non", '" Soeur " : oui - non'),
        ("E\u0301cole re\u0302ve", "École reve"),
        ("Đỗ Thị Ánh", "Do Thi Anh"),
        ("already plain {text}", "already plain {text}"),
        ("l’employeur ሰላም", "l’employeur ሰላም"),
        ("ça 😀", "ça 😀"),
        ("اسمكِ", "اسمكِ"),
        ("ёлка", "ёлка"),
        ("", ""),
    ],
)
def test_folding_makes_a_text_fit_gsm_7_or_leaves_it_alone(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text("aéሰ", max_size=400))
@settings(deadline=None)
def test_plain_characters_fill_each_part(text: str) -> None:
    cost = count(text)
    single, several = (160, 153) if cost.encoding == "GSM-7" else (70, 67)
    assert cost.units == len(text)
    assert cost.segments == (1 if len(text) <= single else -(-len(text) // several))


@given(st.text(st.characters(), max_size=300) | st.text("a€ç’ሰ😀\u0301\u200d🇱\r\n", max_size=300))
@example("\ud83d")
@settings(deadline=None)
def test_every_text_has_a_cost_that_covers_it(text: str) -> None:
    cost = count(text)
    assert (cost.encoding == "UCS-2") == bool(not_gsm(text))
    assert cost.units >= len(text)
    assert cost.segments >= -(-cost.units // (160 if cost.encoding == "GSM-7" else 70))


@given(st.text(max_size=200) | st.text("aéç’ê\u0301ሰ", max_size=20))
@settings(deadline=None)
def test_folding_is_all_or_nothing_and_settles(text: str) -> None:
    folded = fold(text)
    assert folded == text or not not_gsm(folded)
    assert not_gsm(text) or folded == text
    assert fold(folded) == folded


@given(st.text(alphabet="ab é\nሰላም 👩🏽‍🌾ক্ষ€", max_size=600), st.integers(1, 4))
def test_whole_messages_are_never_longer_than_they_may_be_and_nothing_is_lost(text: str, most: int) -> None:
    parts = split(text, most)
    assert all(count(part).segments <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_text_that_fits_stays_whole() -> None:
    assert split("x" * 160, 1) == ["x" * 160]
    assert split("", 1) == [""]


def test_a_message_ends_at_a_line_or_else_at_a_space() -> None:
    assert split("a" * 100 + "\n" + "b" * 50 + " " + "c" * 20, 1) == ["a" * 100, "b" * 50 + " " + "c" * 20]
    assert split("a" * 100 + " " + "b" * 100, 1) == ["a" * 100, "b" * 100]


def test_a_character_is_not_parted_from_its_marks() -> None:
    assert split("x" * 70 + "ে" + "y" * 10, 1) == ["x" * 69, "xে" + "y" * 10]


TEXTS = ["hello", "a" * 160, "a" * 161, "a" * 307, "ሰላም" * 17, "ሰላም" * 18, "قهوة" * 60, "café", "It’s…"]


@pytest.mark.parametrize("text", TEXTS)
def test_what_went_out_is_counted_fast_and_as_it_is_paid_for(text: str) -> None:
    assert paid_for(text) == count(fold(text)).segments


@given(st.text(st.sampled_from("aé ’ሰلবক…\n1"), min_size=1, max_size=400))
def test_the_fast_count_is_hardly_ever_off_by_one(text: str) -> None:
    assert abs(paid_for(text) - count(fold(text)).segments) <= 1
