"""A name is the same in every script in which a clerk may have written it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.names import SAME, alike, likeness, skeletons, words_of

ALIKE = """
Almaz አልማዝ الماز Almaaz Elmaz
Tesfaye ተስፋዬ تسفاي Tesfay Tasfaye
Chaltu ጫልቱ تشالتو Caltu Chaaltuu
Yohannes ዮሐንስ يوهانس Yohanis
Bethlehem ቤተልሔም Betelhem
Agegnehu አገኘሁ Agenyehu
Tigist ትዕግስት Tigest
Abebech አበበች Ababech
Rahima রহিমা رحيمة Raheema
Khatun খাতুন خاتون Khatoon
Begum বেগম بيغوم Begam
Kulsum কুলসুম Kulsoom
Nimali නිමාලි نيمالي Nimaali
Perera පෙරේරා بيريرا Pereira
Kumari කුමාරි Kumaari
Dilrukshi ඩිල්රුක්ෂි ديلروكشي
Chandrika චන්ද්‍රිකා Candrika
Sharmila शर्मिला Sarmila
Saroja சரோஜா
Cristina كريستينا Kristina
Jennifer جينيفر Jenifer
Marites ماريتيس
Santos سانتوس
Mohammed محمد Muhammad Mohamed
Fatima فاطمة Fatma
"""
PAIRS = [(line.split()[0], other) for line in ALIKE.strip().splitlines() for other in line.split()[1:]]


@pytest.mark.parametrize(("name", "other"), PAIRS)
def test_spellings_of_one_name_sound_alike(name, other):
    assert likeness(name, other) >= SAME


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Almaz", "almost"),
        ("Almaz", "Alemu"),
        ("Tesfaye", "Tsehay"),
        ("Rahima", "Karima"),
        ("রহিমা", "room"),
        ("Mary", "more"),
        ("Abebech", "become"),
        ("Begum", "beginning"),
        ("Fatima", "hospital"),
        ("አልማዝ", "አለሙ"),
    ],
)
def test_other_names_and_words_do_not(name, other):
    assert likeness(name, other) < SAME


def test_the_parts_of_a_name_are_found_in_any_order_and_each_word_counts_once():
    assert alike("Almaz Tesfaye", words_of("Dear Ms TESFAYE ALMAZ, it is your turn")) == 2
    assert alike("Almaz Almaz", words_of("Dear Almaz")) == 1
    assert alike("Almaz Tesfaye", words_of("عزيزتي الماز")) == 1
    assert alike("Almaz Tesfaye", words_of("Welcome to the ministry")) == 0


def test_a_part_with_two_consonants_counts_half_and_one_with_fewer_not_at_all():
    assert alike("রহিমা খাতুন", words_of("Rahima Khatun")) == 1.5
    assert alike("Eli Oo", words_of("Eli Oo")) == 0


def test_particles_and_numbers_are_no_names():
    assert words_of("Maria dela Cruz, code 4829, bint Ali") == ["Maria", "Cruz", "code", "Ali"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_breaks_it(one, other):
    assert 0 <= likeness(one, other) <= 100
    assert skeletons(one) == skeletons(one.upper().lower()) or not one.isascii()
    alike(one, words_of(other))
