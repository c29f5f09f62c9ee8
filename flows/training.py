"""What a volunteer learns before she takes a case: which version of a quiz it is, what she got wrong, what is amiss."""

from collections.abc import Iterator, Mapping
from hashlib import sha256

from flows.loader import Library, Service
from flows.service import Quiz, Training


def versions(library: Library) -> dict[str, str]:
    """The quiz that each service has now, by service; one without a quiz is not in it."""
    return {name: version(one.file.training) for name, one in library.services.items() if one.file.training.quiz}


def version(training: Training) -> str:
    """What changes whenever the quiz does: then whoever passed the old one is asked again."""
    whole = "\n".join(one.model_dump_json() for one in training.quiz)
    return sha256(whole.encode()).hexdigest()[:16]


def wrong(training: Training, answers: Mapping[str, str]) -> tuple[Quiz, ...]:
    """The questions that these answers (the value chosen, by question) miss or leave out."""
    return tuple(one for one in training.quiz if answers.get(one.ask) != one.right)


def untaught(service: Service) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the training of a service: kind, place in the file, what is to be said about it."""
    training = service.file.training
    for what, names in (
        ("cards", [one.card for one in training.cards]),
        ("quiz", [one.ask for one in training.quiz]),
    ):
        for name in sorted({one for one in names if names.count(one) > 1}):
            yield "twice", f"training.{what}", f"the name '{name}' is used twice"
    for one in training.quiz:
        place = f"training.quiz.{one.ask}"
        if one.right not in one.choices:
            yield "undefined", place, f"'{one.right}' is not one of its choices"
        if len(one.choices) < 2:
            yield "undefined", place, "it needs two choices at least"
    if training.quiz and not training.cards:
        yield "undefined", "training", "there is a quiz and nothing to learn it from"
