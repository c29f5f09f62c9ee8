"""Reads telephone numbers that staff type, with their country."""

import phonenumbers

from api.errors import Refused


def read_number(text: str) -> str:
    """A typed number with its country (`+961 70 …`) in E.164; Refused(422, "bad_number")."""
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise Refused(422, "bad_number") from None
    if not phonenumbers.is_possible_number(number):
        raise Refused(422, "bad_number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
