"""The one registration that every system conducts: its questions, what each person sends, and what must be kept."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["choice", "text", "date", "phone"]


@dataclass(frozen=True, slots=True)
class Question:
    """One prompt; a choice is answered with its number, from 1, or with its word."""

    name: str
    kind: Kind
    prompt: str
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who registers: her chat, the texts that she sends in order, and the answers that must be kept."""

    chat: int
    texts: tuple[str, ...]
    answers: Mapping[str, str]


YES_NO = {"yes": "Yes", "no": "No"}


def _ask(name: str, kind: Kind, prompt: str, choices: Mapping[str, str] | None = None) -> Question:
    return Question(name, kind, prompt, choices or {})


LANGUAGE = _ask(
    "language",
    "choice",
    "Which language shall we speak?",
    {"en": "English", "fr": "Français", "ar": "العربية", "am": "አማርኛ"},
)
SERVICE = (
    _ask("consent", "choice", "We keep what you say sealed and give it to nobody without asking you. Go on?", YES_NO),
    _ask("name", "text", "What is your full name?"),
    _ask("birth_date", "date", "When were you born? For example 17.05.1992"),
    _ask(
        "nationality",
        "choice",
        "Which country are you from?",
        {
            "et": "Ethiopia",
            "bd": "Bangladesh",
            "ph": "Philippines",
            "lk": "Sri Lanka",
            "ke": "Kenya",
            "np": "Nepal",
            "gh": "Ghana",
            "ng": "Nigeria",
            "sl": "Sierra Leone",
            "sd": "Sudan",
        },
    ),
    _ask("has_papers", "choice", "Do you have a paper with your name on it, even an old one?", YES_NO),
    _ask(
        "papers",
        "choice",
        "Which paper is it?",
        {
            "passport": "Passport",
            "residence": "Residence permit",
            "consular": "Paper from my embassy",
            "copy": "A copy",
        },
    ),
    _ask("papers_number", "text", "What number is written on it?"),
    _ask("has_phone", "choice", "Do you have a telephone of your own?", YES_NO),
    _ask("phone_number", "phone", "What is its number?"),
    _ask(
        "district",
        "choice",
        "In which district do you live?",
        {
            "beirut": "Beirut",
            "baabda": "Baabda",
            "metn": "Metn",
            "chouf": "Chouf",
            "aley": "Aley",
            "keserwan": "Keserwan",
            "tripoli": "Tripoli",
            "zahle": "Zahle",
        },
    ),
    _ask(
        "time",
        "choice",
        "When could you come?",
        {"morning": "In the morning", "afternoon": "In the afternoon", "sunday": "On Sunday"},
    ),
)
CONFIRM = _ask("confirm", "choice", "Please look once more. Shall we send it?", YES_NO)

QUESTIONS = (LANGUAGE, *SERVICE, CONFIRM)
"""The twelve questions and the confirmation: thirteen messages after the `/start` that opens every chat."""

AGAIN = "That was not understood. Please try once more."
DONE = "Thank you. You are registered."
STOPPED = "Nothing was kept."
WRONG_DATE = "99.99.9999"
FIRST_CHAT = 500_000_000

FIRST_NAMES = ("Hana", "Mulu", "ሰላም", "Rosalie", "Nimali", "Fatou", "Grace", "Aminata", "Sunita", "রহিমা", "Joy")
LAST_NAMES = ("Tesfaye", "Bekele", "ወልደ", "Dela Cruz", "Perera", "Kamara", "Wanjiku", "Mensah", "Tamang", "বেগম")


def _read_date(text: str) -> str | None:
    try:
        return datetime.strptime(text, "%d.%m.%Y").date().isoformat()
    except ValueError:
        return None


def _read_phone(text: str) -> str | None:
    return text if re.fullmatch(r"\+\d{8,15}", text) else None


def _reader(question: Question) -> Callable[[str], str | None]:
    if question.kind == "choice":
        words = {label.casefold(): value for value, label in question.choices.items()}
        numbers = {str(number): value for number, value in enumerate(question.choices, start=1)}
        known = words | numbers
        return lambda text: known.get(text.casefold())
    if question.kind == "date":
        return _read_date
    return _read_phone if question.kind == "phone" else lambda text: text or None


READERS = tuple(_reader(question) for question in QUESTIONS)
"""For the rivals: what reads the answer to each question; None when the text is no answer to it."""


def review(values: Iterable[str]) -> str:
    """For the rivals: the answers so far, a line each, before she confirms."""
    lines = (f"{question.name}: {value}" for question, value in zip(QUESTIONS, values, strict=False))
    return "\n".join((CONFIRM.prompt, *lines))


def _choose(question: Question, number: int, by_number: bool) -> tuple[str, str]:
    """What is sent to choose the `number`-th choice, round and round, and the value that it stands for."""
    position = number % len(question.choices)
    value, label = list(question.choices.items())[position]
    return (str(position + 1) if by_number else label), value


def _answers(number: int) -> dict[str, tuple[str, str]]:
    """What the person sends to each question, and the value to be kept. Half of them type numbers, half words."""
    day, month, year = 13 + number % 15, 1 + number % 12, 1965 + number % 38
    name = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[number % len(LAST_NAMES)]}"
    papers_number, phone = f"EP{number:07}", f"+96171{number % 1_000_000:06}"
    answers = {
        question.name: _choose(question, number if len(question.choices) > 2 else 0, number % 2 == 0)
        for question in QUESTIONS
        if question.choices
    }
    return answers | {
        "language": ("English", "en"),
        "name": (name, name),
        "birth_date": (f"{day:02}.{month:02}.{year}", f"{year}-{month:02}-{day:02}"),
        "papers_number": (papers_number, papers_number),
        "phone_number": (phone, phone),
        "confirm": ("1", "yes"),
    }


def person(number: int) -> Person:
    """The person with this number: always the same, unlike every other; one in four mistakes her birth date once."""
    answers = _answers(number)
    texts = ["/start"]
    for question in QUESTIONS:
        if question.kind == "date" and number % 4 == 3:
            texts.append(WRONG_DATE)
        texts.append(answers[question.name][0])
    kept = {name: value for name, (_, value) in answers.items() if name != CONFIRM.name}
    return Person(FIRST_CHAT + number, tuple(texts), kept)


def ended_right(someone: Person, kept: Mapping[int, list[dict[str, str]]]) -> bool:
    """Whether exactly one registration is kept for her chat, with exactly her answers."""
    return kept.get(someone.chat) == [dict(someone.answers)]
