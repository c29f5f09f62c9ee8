"""What is wrong with the words of a service besides its questions: cards, alarms, outcomes, lists, repeated groups."""

from collections.abc import Iterator

from flows.asking import MANNER
from flows.checklists import CHECKLIST
from flows.fold import fold
from flows.loader import Asked, Service
from flows.notices import is_telling
from flows.rules import OUTCOME
from flows.where import PLACE

RESERVED = (MANNER, OUTCOME, CHECKLIST, PLACE)
"""Names that mean something of the engine's."""
Found = Iterator[tuple[str, str, str]]
"""Kind, place in the file, and what is to be said about it."""


def amiss(service: Service) -> Found:
    """All of it."""
    for look in (_whole, _cards, _questions, _groups, _alarms, _outcomes, _checklist):
        yield from look(service)


def _whole(service: Service) -> Found:
    file = service.file
    if not (file.questions or file.cards):
        yield "undefined", "", "there are neither questions nor cards"
    if file.questions and not file.closing:
        yield "undefined", "", "it needs a closing, with {reference} in it"
    for language, text in service.menus.items() if file.menu else ():
        if is_telling(text):
            yield (
                "telling",
                "menu",
                f"{language}: \u201c{text}\u201d gives away what it is for to whoever reads the phone",
            )


def _cards(service: Service) -> Found:
    names = [card.card for card in service.file.cards]
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield "twice", f"cards.{name}", "this name is used twice"
    for number, offer in enumerate(service.file.case.offer, start=1):
        if offer.card and offer.card not in names:
            yield "undefined", f"case.offer {number}", f"there is no card '{offer.card}'"


def _questions(service: Service) -> Found:
    for asked in service.questions:
        question = asked.question
        if question.photo and (question.type != "choice" or question.photo not in question.choices):
            yield "undefined", question.ask, f"photo: '{question.photo}' is not one of its choices"
        for value in question.choices if question.type == "many" else ():
            if len(value.split()) != 1:
                yield "undefined", question.ask, f"the value '{value}' of several must be one word, without blanks"
        if question.type == "photo" and not question.optional:
            yield "undefined", question.ask, "it must be optional: by SMS, and on paper, nobody can send a picture"
        if (question.recent or question.coming) and question.type != "date":
            yield "undefined", question.ask, "only a date is recent or coming"
        if question.recent and question.coming:
            yield "undefined", question.ask, "it cannot be recent and still to come"
        if question.later and question.refusal:
            yield "undefined", question.ask, "a question for later cannot end the conversation"


def _groups(service: Service) -> Found:
    for asked in service.questions:
        if asked.written.group and (asked.question.type == "consent" or asked.question.later):
            yield "undefined", asked.question.ask, "a consent, or a question for later, is not asked again and again"


def _alarms(service: Service) -> Found:
    if service.file.crisis and not fold(service.file.crisis.words):
        yield "undefined", "crisis.words", "there are no words"


def _outcomes(service: Service) -> Found:
    order = [asked.question.ask for asked in service.questions]
    for verdict in service.rules.verdicts:
        place, after = f"outcomes.{verdict.plan.outcome}", verdict.plan.after
        asked = service.by_name.get(after)
        if asked is None:
            yield "undefined", place, f"'{after}' is not a question of this service"
            continue
        if asked.question.type in ("district", "place", "outing") or asked.question.later:
            yield "undefined", place, f"'{after}' may be answered by itself, or only later: name another question"
        for name in sorted(verdict.when.names & set(order)):
            if order.index(name) > order.index(after):
                yield "undefined", place, f"${{{name}}} is only asked after '{after}'"
            if service.by_name[name].question.sensitive == "health":
                yield "consent", place, f"${{{name}}} could be guessed from it on a seized disk"


def _checklist(service: Service) -> Found:
    checklist = service.rules.checklist
    for item in checklist.items if checklist else ():
        asked = service.by_name.get(item)
        if asked is None or asked.written.group:
            yield "undefined", "case.checklist", f"'{item}' is not a question of this service that is asked once"
        else:
            yield from _item(asked)
    asked_of = [service.by_name[one].question for one in checklist.items if one in service.by_name] if checklist else []
    for value in checklist.open if checklist else ():
        if not any(value in one.choices for one in asked_of):
            yield "undefined", "case.checklist", f"'{value}' is not a choice of any item"


def _item(asked: Asked) -> Found:
    question, place = asked.question, "case.checklist"
    needs = {question.within} - {""} | ((asked.constraint.names if asked.constraint else frozenset()) - {question.ask})
    if question.type not in ("choice", "photo") or needs:
        yield "undefined", place, f"'{question.ask}' must be a choice or a photo that depends on no other answer"
    if question.sensitive == "health":
        yield "consent", place, f"that '{question.ask}' is open would be readable on a seized disk"
