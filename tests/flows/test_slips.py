"""What stands on a slip, as people type it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.slips import read_code, read_slip


@pytest.mark.parametrize("text", ["K7-4QF 0412", "k7-4qf, 0412", "STATUS K7-4QF 0412", "K7 4QF ٠٤١٢"])
def test_the_reference_and_its_digits_in_whatever_way(text: str) -> None:
    assert read_slip(text) == ("K7-4QF", "0412")


@pytest.mark.parametrize("text", ["12345678 0412", "my number is 70123456", "0412", "K7-4QF"])
def test_what_else_has_digits_is_no_slip_while_something_else_is_asked(text: str) -> None:
    assert read_slip(text, exact=True) is None


@given(st.text(max_size=45))
@example("status" + "." * 30)  # the word alone, and nothing behind it
@example("الحالة" + " ." * 15)
@example("/" * 20)
def test_whatever_is_sent_it_is_a_slip_or_none(text: str) -> None:
    slip = read_slip(text)
    assert slip is None or read_code(slip[1]) == slip[1]
