"""Somebody comes back after a while: nothing is shown until she says one thing that she said before."""

from typing import Any

from flows.conversation.going import go_on, offer, ways_back
from flows.conversation.opening import greet
from flows.digits import number_in, read_digits
from flows.effects import Turn
from flows.language import t
from flows.model import Draft
from flows.reading import pick
from flows.talk import Talk

ASIDE = 4
"""How many unfinished drafts one phone keeps for different people; the oldest goes first."""
PROVEN_BY = ("date", "name")


def protects(draft: Draft) -> bool:
    """Whether the draft holds anything that another person must not see."""
    return bool(draft.answers) or any(one.answers for one in draft.aside)


def take_choice(talk: Talk) -> Turn:
    """`1` begins anew and keeps the old draft aside; `2` asks for the proof."""
    chosen = pick(talk, ways_back(talk))
    if chosen is None:
        return offer(talk)
    if chosen == "new":
        return begin_anew(talk)
    drafts = _drafts(talk.draft)
    if not any(_proofs(talk, draft) for draft in drafts):
        first, *others = drafts
        # The answers say nothing of anybody, but a file may; without a proof it is nobody's.
        return begin_anew(talk) if _is_telling(talk, first) else _go_on_with(talk, 0, (first.but(files=()), *others))
    return ask_proof(talk)


def take_proof(talk: Talk) -> Turn:
    """Go on with the draft whose birth year or name she gives; after three wrong tries begin anew."""
    drafts = _drafts(talk.draft)
    for number, draft in enumerate(drafts):
        if any(_same(talk.message.text, proof) for proof in _proofs(talk, draft)):
            return _go_on_with(talk, number, drafts)
    if talk.draft.failures >= 2:
        return begin_anew(talk)
    return ask_proof(talk.but(failures=talk.draft.failures + 1))


def ask_proof(talk: Talk) -> Turn:
    """Ask for one thing that she said before."""
    text = t("So that nobody else can read it: send the year of birth, or the name, that you gave before.")
    return talk.turn(talk.say(text), gate="proof")


def begin_anew(talk: Talk) -> Turn:
    """A new conversation from the language on; what was begun before waits aside."""
    old = _drafts(talk.draft)[:ASIDE]
    now = talk.draft
    fresh = now.emptied(talk.now).but(language="", aside=old)
    return greet(talk._replace(draft=fresh))


def _go_on_with(talk: Talk, number: int, drafts: tuple[Draft, ...]) -> Turn:
    """Take one of the drafts up again; the others wait aside."""
    others, now = drafts[:number] + drafts[number + 1 :], talk.draft
    hers = drafts[number].but(
        failures=0,
        aside=others,
        cases=now.cases,
        asking=now.asking,
        unread=now.unread,
        manner=now.manner,
        touched=talk.now,
        lists=now.lists,
        ours=now.ours,
    )
    return go_on(talk._replace(draft=hers))


def _drafts(draft: Draft) -> tuple[Draft, ...]:
    """The draft and those aside, each on its own, the ones that hold something."""
    nothing: dict[str, Any] = {
        "aside": (),
        "cases": (),
        "asking": None,
        "unread": (),
        "lists": (),
        "gate": "",
        "locked": False,
    }
    mine = draft.but(**nothing, pending=None, reply_to="", reply_due=False)
    return tuple(one for one in (mine, *draft.aside) if one.answers)


def _is_telling(talk: Talk, draft: Draft) -> bool:
    """Whether a draft says who she is or how she is: without a proof, nobody may see that again."""
    service = talk.library.services.get(draft.service)
    asked = [service.by_name.get(name) for name in draft.answers] if service else []
    return any(one.question.sensitive for one in asked if one)


def _proofs(talk: Talk, draft: Draft) -> list[str]:
    """What she said that shows that a draft is hers, as she wrote it and as we understood it."""
    found: list[str] = []
    service = talk.library.services.get(draft.service)
    for name, answer in draft.answers.items():
        asked = service.by_name.get(name) if service else None
        if asked and asked.question.type in PROVEN_BY and answer.value:
            found += [str(answer.value), answer.raw]
    return found


def _same(typed: str, proof: str) -> bool:
    """Whether what she types now is what she said: the whole of it, or the year in it."""
    said, known = _folded(typed), _folded(proof)
    year = number_in(typed)
    return bool(said) and (said == known or (year is not None and year > 999 and str(year) in known))


def _folded(text: str) -> str:
    return " ".join(read_digits(text).casefold().split())
