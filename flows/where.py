"""Which places can be an answer after what was said before, how answers about places agree, and where a case is."""

from collections.abc import Iterator, Mapping

from flows.loader import Asked, Service
from flows.model import Answer, Value
from flows.places import Place, Places

PLACE = "place"
"""The name of this fact among those that are routed: the code of the narrowest place. No question has it."""

_NOWHERE = Place("", "", (), "", {})


def that_fit(places: Places, service: Service, asked: Asked, answers: Mapping[str, Answer | None]) -> tuple[Place, ...]:
    """The places of the level that a question asks for, inside the one that was said before, if any.

    What was said before may be no place that we know (another country): then none fits.
    """
    here, question = places.of(service.file.places), asked.question
    around = question.within
    while around:
        written, answer = service.by_name[around].question, answers.get(around)
        if answer is not None and answer.value is not None:
            whole = here.named_by(written.place_level, str(answer.value))
            return here.level(question.place_level, whole) if whole else ()
        around = written.within
    return here.level(question.place_level)


def agreeing(
    places: Places, service: Service, changed: str, before: Answer | None, answers: dict[str, Answer]
) -> dict[str, Answer]:
    """The answers, made to agree with one that is new: another region drops its district, a district sets its region.

    (At the question which part of Beirut, she may say Dora, and mean it: that is in another region.)
    """
    question = service.by_name[changed].question
    if before is None and not question.within:
        return answers
    here, found = places.of(service.file.places), dict(answers)
    said = here.named_by(question.place_level, str(answers[changed].value)) if question.within else None
    around = question.within
    while said and around:
        wider = said.at(service.by_name[around].question.place_level)
        if wider and found.get(around, Answer(None)).value != wider:
            found[around] = Answer(wider)
        if not wider:
            found.pop(around, None)  # it lies in nothing of that level
        around = service.by_name[around].question.within
    if before is None or before.value == answers[changed].value:
        return found
    gone = {changed}
    for one in service.questions:
        if one.question.within in gone:
            gone.add(one.question.ask)
    return {name: kept for name, kept in found.items() if name == changed or name not in gone}


def place_of(places: Places, service: Service, values: Mapping[str, Value]) -> str:
    """The code of the narrowest place among the answers that are routed; empty when there is none."""
    here = places.of(service.file.places)
    asked = (service.by_name[name].question for name in service.file.case.route if name in service.by_name)
    named = (here.named_by(one.place_level, str(values.get(one.ask) or "")) for one in asked if one.place_level)
    return max((one for one in named if one), key=lambda one: len(one.path), default=_NOWHERE).code


def places_amiss(places: Places, service: Service) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the places that a service asks for: kind, question, what is to be said about it."""
    asked = [one.question for one in service.questions if one.question.place_level]
    named = service.file.places
    if (named and named not in places.files) or (asked and not named and len(places.files) > 1):
        known = ", ".join(places.files)
        why = f"there is no file of places '{named}'; there are {known}" if named else _SAY_WHICH.format(known=known)
        yield "undefined", "", why
    levels = places.of(named).levels
    for question in asked:
        if question.place_level not in levels:
            there = f"there are {', '.join(levels)}"
            yield "undefined", question.ask, f"'{question.place_level}' is not a level of its places; {there}"
        around = service.by_name.get(question.within)
        if question.within and (around is None or not around.question.place_level):
            yield "undefined", question.ask, f"within: '{question.within}' does not ask for a wider place"


_SAY_WHICH = "there are several files of places ({known}): say which one it means, as `places`"
