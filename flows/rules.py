"""What a service watches for while somebody answers, compiled: alarms, words of a crisis, outcomes; and its cards."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flows.expressions import Expression
from flows.fold import fold
from flows.service import Checklist, Crisis, Escalation, Outcome, ServiceFile

OUTCOME = "outcome"
"""What expressions call the outcome that the answers led to: no question has this name."""
Said = Mapping[str, str]
"""A text by language (ISO 639)."""
Say = Callable[[str, str], Said]
"""Gives a text in every language of the service, by its key behind the service's name and its English source."""
Compile = Callable[[str, str], Expression]
"""Compiles an expression; the second argument says where it stands."""

_TOGETHER = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")  # no blanks between words


@dataclass(frozen=True, slots=True)
class Alarm:
    """Those on duty are called when `when` holds."""

    plan: Escalation
    when: Expression
    says: Said


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the answers led to, when `when` holds."""

    plan: Outcome
    when: Expression
    says: Said


@dataclass(frozen=True, slots=True)
class CrisisWords:
    """What raises the alarm in a text that was folded, in every language of the service at once."""

    pattern: re.Pattern[str]
    says: Said

    def heard(self, text: str) -> bool:
        """Whether one of the words stands in a text, whole and in whatever spelling."""
        return self.pattern.search(fold(text)) is not None


@dataclass(frozen=True, slots=True)
class CardWords:
    """A card in every language."""

    titles: Said
    texts: Said


@dataclass(frozen=True, slots=True)
class Rules:
    """All of it, for one service; `checklist` with its `checklist_titles`."""

    alarms: tuple[Alarm, ...]
    verdicts: tuple[Verdict, ...]
    crisis: CrisisWords | None
    cards: Mapping[str, CardWords]
    checklist: Checklist | None
    checklist_titles: Said


def compile_rules(file: ServiceFile, say: Say, expression: Compile) -> Rules:
    """Compile them. Raises what `expression` raises."""
    checklist = file.case.checklist
    return Rules(
        alarms=tuple(
            Alarm(one, expression(one.when, f"escalate {number}"), say(f"escalate:{number}:say", one.say))
            for number, one in enumerate(file.escalate, start=1)
        ),
        verdicts=tuple(
            Verdict(
                one, expression(one.when, f"outcomes.{one.outcome}"), say(f"outcome:{number}:{one.outcome}", one.say)
            )
            for number, one in enumerate(file.outcomes, start=1)
        ),
        crisis=_crisis(file.crisis, say) if file.crisis else None,
        cards={
            one.card: CardWords(say(f"cards:{one.card}:title", one.title), say(f"cards:{one.card}:text", one.text))
            for one in file.cards
        },
        checklist=checklist,
        checklist_titles=say("checklist:title", checklist.title) if checklist else {},
    )


def _crisis(crisis: Crisis, say: Say) -> CrisisWords:
    listed = (crisis.words, *say("crisis:words", crisis.words).values())
    phrases = {fold(one) for text in listed for one in re.split("[,،፣，、]", text)} - {""}
    either = "|".join(map(_whole, sorted(phrases, key=len, reverse=True))) or "(?!)"
    return CrisisWords(re.compile(either), say("crisis:say", crisis.say))


def _whole(phrase: str) -> str:
    """A pattern for a phrase as whole words; anywhere in scripts that write words together."""
    return re.escape(phrase) if _TOGETHER.search(phrase) else rf"(?<!\S){re.escape(phrase)}(?!\S)"
