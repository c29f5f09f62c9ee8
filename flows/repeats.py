"""Questions that are asked again and again, written out: `household` becomes `household_2_name`, `household_3_name` …

After that they are ordinary questions, so going back, the review, changing an answer and exports need no rule of
their own. Whether there is a second round is a question as well: `household_2`, yes or no.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.expressions.rounds import Round, Rounds
from flows.language import t
from flows.service import Question, Repeat, ServiceFile

_NAMED = re.compile(r"\$\{\s*(\w+)\s*\}")
YES_OR_NO = {"yes": t("Yes"), "no": t("No")}
"""The choices of the question whether there is another one."""


@dataclass(frozen=True, slots=True)
class Written:
    """One question of a service as it is asked.

    `key` is the name under which catalogues have its texts, `group` and `round` the repeated group that it is from
    (round 0: from none), `more` says that it asks whether there is another one. `at` are the places in the file.
    """

    question: Question
    key: str
    at: tuple[int, ...]
    group: Repeat | None = None
    round: int = 0
    more: bool = False


def written_out(file: ServiceFile) -> Iterator[Written]:
    """Every question of a service, those of a repeated group once for each round."""
    for number, part in enumerate(file.questions):
        if isinstance(part, Question):
            yield Written(part, part.ask, (number,))
        else:
            yield from _of_group(part, number)


def rounds_of(file: ServiceFile) -> Rounds:
    """The rounds of each repeated group."""
    return {
        part.repeat: tuple(
            Round(_brought_up(part, number) or "true()", _names(part, number)) for number in range(1, part.up_to + 1)
        )
        for part in file.questions
        if isinstance(part, Repeat)
    }


def in_round(text: str, names: Mapping[str, str]) -> str:
    """An expression as one round has it: its names are those of the round."""
    return _NAMED.sub(lambda found: f"${{{names.get(found[1], found[1])}}}", text)


def _of_group(group: Repeat, place: int) -> Iterator[Written]:
    for number in range(1, group.up_to + 1):
        if number > 1 or not group.at_least:
            yield Written(_is_there_another(group, number), group.repeat, (place,), group, number, more=True)
        names = _names(group, number)
        for inside, question in enumerate(group.questions):
            yield Written(_in_round(group, question, number, names), question.ask, (place, inside), group, number)


def _names(group: Repeat, number: int) -> Mapping[str, str]:
    return {one.ask: f"{group.repeat}_{number}_{one.ask}" for one in group.questions}


def _brought_up(group: Repeat, number: int) -> str:
    """The expression by which a round is asked; empty: always."""
    asked_about = number > 1 or not group.at_least
    return f"${{{group.repeat}_{number}}} = 'yes'" if asked_about else group.relevant


def _is_there_another(group: Repeat, number: int) -> Question:
    before = _brought_up(group, number - 1) if number > 1 else group.relevant
    name, title = f"{group.repeat}_{number}", f"{group.title} {number}"
    return Question(ask=name, type="choice", title=title, label=group.more, choices=YES_OR_NO, relevant=before)


def _in_round(group: Repeat, question: Question, number: int, names: Mapping[str, str]) -> Question:
    """The question as one round asks it: its names are those of the round, and it is asked only if there is one."""

    both = [one for one in (_brought_up(group, number), in_round(question.relevant, names)) if one]
    return question.model_copy(
        update={
            "ask": names[question.ask],
            "relevant": both[0] if len(both) == 1 else " and ".join(f"({one})" for one in both),
            "constraint": in_round(question.constraint, names),
            "within": names.get(question.within, question.within),
        }
    )
