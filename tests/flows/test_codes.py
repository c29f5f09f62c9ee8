"""A login code is found however it is written, and nothing else is ever taken for one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.codes import find_code
from flows.portal import load_portal

MINISTRY = load_portal(Path("flows/library/portals/model_ministry.yaml"))
LETTERS = MINISTRY.model_copy(
    update={"code": MINISTRY.code.model_copy(update={"patterns": ("[A-Z][0-9]{5}", "[0-9A-Z]{8}")})}
)
DIGITS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "০১২৩৪৫৬৭৮৯", "०१२३४५६७८९", "０１２３４５６７８９"]


@pytest.mark.parametrize(
    "text",
    [
        "Your code is 482913",
        "482913 is your verification code.",
        "Code:482913",
        "code=482913;",
        "Your code: 482-913.",
        "Your code: 482 913, do not share it.",
        "Your code: 482\u2013913",
        "Your code: 48-29-13",
        "Your code: 4 8 2 9 1 3",
        "Your code: 482\u00a0913",
        "G-482913 is your code",
        "رمزك482913",
        "رمز التحقق 482913ولا تشاركه",
        "رمز التحقق الخاص بك: ٤٨٢٩١٣",
        "رمز التحقق \u200f\u202a482913\u202c\u200f",
        "كود الدخول ٤٨٢-٩١٣",
        "የማረጋገጫ ኮድ 482913",
        "Votre mot de passe à usage unique : 482 913",
        "Your code is 482913. For help call 1214.",
        "Your code is 482913. For help call 01 594 459 or +961 1 594 459",
        "Your code is 482913, valid until 10:30 on 12/01/2026",
        "2026-01-12 10:30 Your code: 482913",
        "12.01.26 رمز: 482913",
        "Code 482913. LBP 100,000 will not be taken. https://covax.example/v/774411",
        "Your phone verification code is 482913",
        "Your code is\n482913\n@covax.example #482913",
        "Registration 7731, code 482913",
    ],
)  # fmt: skip
def test_it_is_found_however_it_is_written(text):
    assert find_code(text, MINISTRY) == "482913"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Welcome to the ministry's portal.",
        "482913",
        "Your number in the queue is 482913",
        "The code was sent in 2026",
        "Code of 1985, law 4829133",
        "The code was sent on 12/01/2026",
        "The code was sent on 12-01-2026",
        "The code was sent on 2026.01.12",
        "The code was sent on 12 01 26",
        "The code was sent on 20260112",
        "The code was sent on 12012026",
        "The code was sent at 10:30",
        "The code was sent at 10:30:59",
        "Lost your code? Call 1214",
        "Lost your code? Call us, free of charge, on 9999",
        "Lost your code? Dial 7777",
        "نسيت الرمز؟ اتصل على 7777",
        "رمزك لم يصل؟ الخط الساخن 7777",
        "Lost your code? 01 594 459",
        "Lost your code? 01594459",
        "Lost your code? Write to +96170123456",
        "Lost your code? Write to 70 123 456",
        "Lost your code? https://covax.example/v/482913",
        "Lost your code? covax.example/v/482913",
        "A code costs LBP 100,000",
        "A code costs 4829.13",
        "The code for **4829 was used",
        "The code for xx4829 was used",
        "Your code is A482913B",
        "Your code is 48291",
        "Your code is 4829134",
        "Your code: 482\n913",
        "Your appointment: Rafik Hariri hospital, 12/03/2026 at 09:30. Show code 4829.",
        "موعدك في مستشفى رفيق الحريري، رمز 4829",
        "Votre rendez-vous : code 4829",
        "The code for 25% or 50/6000 is not this",
    ],
)  # fmt: skip
def test_nothing_else_is_taken_for_one(text):
    assert find_code(text, MINISTRY) is None


def test_of_two_numbers_the_nearer_to_the_word_is_the_code():
    assert find_code("Batch 771144 was opened. Your code is 482913. Form 662255.", MINISTRY) == "482913"


def test_a_portal_may_use_letters():
    assert find_code("Your code: K48291", LETTERS) == "K48291"
    assert find_code("Your code: 4F2A-99XZ", LETTERS) == "4F2A99XZ"
    assert find_code("Your code: passport", LETTERS) is None


@given(
    st.from_regex("[0-9]{6}", fullmatch=True),
    st.sampled_from(DIGITS),
    st.sampled_from(["", " ", "-", "\u2011", "\u202f"]),
)
def test_every_script_and_every_dash(code, digits, dash):
    shown = code.translate(str.maketrans("0123456789", digits))
    found = find_code(f"رمزك:{shown[:3]}{dash}{shown[3:]}", MINISTRY)
    assert found == code


@given(
    st.dates(),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%y", "%d-%m-%Y", "%Y", "%d %m %Y"]),
    st.sampled_from(DIGITS),
)
def test_no_date_is_ever_a_code(day, form, digits):
    if day.year < 1900 or day.year > 2150:
        day = day.replace(year=2026, day=1)
    shown = day.strftime(form).translate(str.maketrans("0123456789", digits))
    assert find_code(f"The code was sent on {shown}.", MINISTRY) is None
    assert find_code(f"رمز {shown}", MINISTRY) is None
