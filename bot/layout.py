"""How a reply is laid out: buttons in rows where there are buttons, and long texts in parts."""

from flows import segments
from flows.countries import Country
from flows.model import Option, Reply
from flows.segments import fold

Button = tuple[str, str]
"""A label and the data that comes back when it is pressed."""

SHORT_LABEL = 14  # characters that still fit twice beside each other at 360 px, Ethiopic included
DATA_BYTES = 64  # what Telegram lets a button carry (Bot API, InlineKeyboardButton.callback_data)
PLACE = "({}/{}) "
"""Before each SMS of a reply that needs several: which one it is, of how many; in signs that every SMS has."""
MOST_BUTTONS = 100  # what Telegram shows under one message


def chat(reply: Reply) -> tuple[str, list[list[Button]]]:
    """A text and rows of buttons, numbered as by SMS: two in a row when all labels are short.

    More than 100 options become numbers in the text, and so do those that are not worth a button.
    """
    if len(reply.options) > MOST_BUTTONS:
        return reply.plain, []
    numbered = list(enumerate(reply.options, start=1))
    lines = [f"{number} {option.label}" for number, option in numbered if not option.button]
    shown = [(number, option) for number, option in numbered if option.button]
    buttons = [(f"{number} {option.label}", data(reply, number, option)) for number, option in shown]
    width = 2 if all(len(option.label) <= SHORT_LABEL for _, option in shown) else 1
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    return "\n".join((reply.text, *lines)), rows


def sms(reply: Reply) -> str:
    """One text with numbered options, without the accents that would make it cost twice as much."""
    return fold(reply.plain)


def texts(reply: Reply, country: Country | None, most_characters: int) -> list[str]:
    """A reply as the SMS that it is sent in, each a whole message: as long as the country allows, and the provider.

    `most_characters` are UTF-16 units. Without a country, only the provider limits them. Of several each begins with
    its place, such as (1/3): networks change their order, and SMSGate's app sends what it got last first.
    """
    text = sms(reply)
    parts = _parts(text, country, most_characters, "")
    if len(parts) == 1:
        return parts
    for digits in (1, 2, 3):
        parts = _parts(text, country, most_characters, PLACE.format("9" * digits, "9" * digits))
        if len(parts) < 10**digits:
            break
    return [PLACE.format(place, len(parts)) + part for place, part in enumerate(parts, start=1)]


def data(reply: Reply, number: int, option: Option) -> str:
    """What the button of an option carries: what it is about and its value, or its number where that is too long."""
    carried = f"{reply.about}={option.value}"
    return carried if len(carried.encode()) <= DATA_BYTES else f"{reply.about}={number}"


def split(text: str, limit: int) -> list[str]:
    """Cut a text into parts of at most `limit` UTF-16 units, at a line's end, else at a space, else anywhere."""
    parts = []
    while (end := _fitting(text, limit)) < len(text):
        # The character after the last that fits may be the gap itself.
        cut = max(text.rfind("\n", 1, end + 1), 0) or max(text.rfind(" ", 1, end + 1), 0) or end
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [part for part in (*parts, text) if part] or [text]


def _parts(text: str, country: Country | None, most_characters: int, head: str) -> list[str]:
    """The text in parts that leave room for this head."""
    whole = [text] if country is None else segments.split(text, country.most_segments, head)
    return [part for one in whole for part in split(one, most_characters - len(head))]


def _fitting(text: str, limit: int) -> int:
    """How many characters from the start fit into `limit` UTF-16 units: an emoji takes two."""
    if len(text) * 2 <= limit:
        return len(text)
    units = 0
    for index, character in enumerate(text):
        units += 1 + (character > "\uffff")
        if units > limit:
            return index
    return len(text)
