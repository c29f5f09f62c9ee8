"""A note that should name nobody is looked through for the names and numbers of its case, in any script."""

import pytest

from flows.model import Answer
from flows.nameless import names_somebody
from tests.libraries import the_library

HERS = {
    "called": Answer("Zana Krasniqi", "zana krasniqi"),
    "phone_number": Answer("+38344123456", "044 123 456"),
    "about": Answer("home", "7"),
}


@pytest.mark.parametrize(
    ("note", "names"),
    [
        ("Zana wants a call on Monday", True),
        ("spoke with ZANA’s sister", True),
        ("Зана would like to talk", True),
        ("call 044-123-456 after six", True),
        ("+383 44 123 456", True),
        ("Afraid of a brother at home; wants a call on weekday mornings only", False),
        ("Two calls, 20 minutes each", False),
        ("", False),
    ],
)
def test_a_name_or_a_number_of_the_case_is_found(note: str, names: bool) -> None:
    assert names_somebody(note, the_library().services["helpline"], HERS) is names
