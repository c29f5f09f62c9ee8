"""Reads a message as the answer to a question, and says in words what was not understood."""

from collections.abc import Sequence

from flows.answers import choice, country, date, email, name, number, phone, place, text
from flows.answers.outcome import Code, Misread
from flows.asking import options_of, prompt_of
from flows.digits import number_in, read_digits
from flows.language import t
from flows.loader import Asked
from flows.model import Answer, Media, Message, Option
from flows.talk import Talk

__all__ = ["Misread", "explain", "pick", "pick_by_number", "read"]

WORDS: dict[Code, str] = {
    "not_a_choice": t("Please send a number from the list."),
    "date_in_future": t("That date is still to come."),
    "too_old": t("That is too long ago."),
    "no_year": t("We need the year as well."),
    "not_a_phone": t("That is not a telephone number."),
    "not_an_email": t("That is not an e-mail address."),
    "too_long": t("That is too long."),
    "excludes_others": t("These do not go together."),
    "not_a_photo": t("Please send a picture of it."),
}
"""What is said besides the question and its example; every other reason has the same words."""
NOT_UNDERSTOOD = t("We did not understand that.")
LEFT_OUT = ("0", "-")
"""How an optional question is left out; the 0 of any script."""
PICTURES = ("photo", "document")
"""What counts as a picture of something."""


def pick(talk: Talk, options: Sequence[Option]) -> str | None:
    """The value of the option that she chose by button, number or words; None when she chose none."""
    if talk.message.button:
        return _pressed(talk.pressed, _values(options))
    outcome = choice.read(talk.message.text, tuple(options), language=talk.draft.language)
    return str(outcome.value) if isinstance(outcome, Answer) else None


def pick_by_number(talk: Talk, values: Sequence[str]) -> str | None:
    """The same by button or number alone, for options that show what she said: words are not compared with it."""
    return _pressed(talk.pressed if talk.message.button else talk.message.text, values)


def _values(options: Sequence[Option]) -> tuple[str, ...]:
    return tuple(option.value for option in options)


def _pressed(said: str, values: Sequence[str]) -> str | None:
    """The value that this is, or whose number it is: a button with a long value carries its number."""
    if said in values:
        return said
    number = number_in(said)
    return values[number - 1] if number is not None and 0 < number <= len(values) else None


def read(talk: Talk, asked: Asked, message: Message, *, meant: str = "") -> Answer | Misread:
    """Read a message as the answer to a question; `meant` is the reading that she chose of several."""
    if message.media is not None and (sent := _sent(asked, message.media)):
        return sent
    options = options_of(talk, asked)
    pressed = _pressed(message.button.partition("=")[2], _values(options)) if message.button else None
    said = meant or pressed or message.text
    if asked.question.optional and read_digits(said).strip() in LEFT_OUT:
        return Answer(None, said)
    outcome = _read(talk, asked, said, options)
    if isinstance(outcome, Answer) and meant:
        return outcome._replace(raw=message.text)
    return outcome


def _sent(asked: Asked, media: Media) -> Answer | Misread | None:
    """A picture, a recording or her own contact, where that is an answer.

    It is `photo` or `voice`, the choice that a picture means, or the number of the contact, as if she had typed it.
    """
    question = asked.question
    if media.kind == "contact" and question.type == "phone":
        return phone.read(media.reference)
    if media.kind in PICTURES and (question.type == "photo" or question.photo):
        return Answer(question.photo or media.kind, media=media)
    return Answer(media.kind, media=media) if media.kind == question.type == "voice" else None


def _read(talk: Talk, asked: Asked, said: str, options: tuple[Option, ...]) -> Answer | Misread:
    question, language = asked.question, talk.draft.language
    match question.type:
        case "choice" | "consent":
            return choice.read(said, options, language=language)
        case "many":
            return choice.read(said, options, language=language, many=True, exclusive=question.exclusive)
        case "name":
            return name.read(said)
        case "date":
            return date.read(said, today=talk.today, language=language, coming=question.coming, recent=question.recent)
        case "phone":
            return phone.read(said, options)
        case "number":
            return number.read(said, language=language)
        case "email":
            return email.read(said, language=language)
        case "country":
            return country.read(said, options, language=language)
        case "governorate" | "district" | "place":
            known = talk.library.places.of(asked.places)
            return place.read(said, options, places=known, level=question.place_level, language=language)
        case "text" | "voice":
            return text.read(said)
        case "photo":
            return Misread("not_a_photo")
        case "outing":
            return _outing(said, options, language)


def _outing(said: str, options: tuple[Option, ...], language: str) -> Answer | Misread:
    """The outing that she chose, with its day and place as its words: later it is not in the list any more."""
    outcome = choice.read(said, options, language=language)
    if isinstance(outcome, Misread):
        return outcome
    return outcome._replace(raw=next(one.label for one in options if one.value == outcome.value))


def explain(talk: Talk, asked: Asked, why: Misread) -> str:
    """What to say before a question is asked again: what was wrong, and an example."""
    prompt = prompt_of(talk, asked)
    if why.code == "constraint" and prompt.constraint_message:
        return prompt.constraint_message
    reason = talk.words.t(WORDS.get(why.code, NOT_UNDERSTOOD))
    return " ".join(part for part in (reason, prompt.example) if part)
