"""The registration as a service file and as data must be one and the same, or the comparison means nothing."""

from pathlib import Path

from flows.language import Catalogues, Words
from flows.loader import load_service
from tests.benchmarks import floor
from tests.benchmarks.script import QUESTIONS, SERVICE, WRONG_DATE, ended_right, person

SERVICE_FILE = Path(__file__).with_name("registration.yaml")


def test_the_service_file_asks_what_the_script_answers() -> None:
    """Same questions, same order, same words to choose from."""
    service = load_service(SERVICE_FILE, Catalogues({"en": Words("en")})).file
    assert [one.ask for one in service.questions] == [one.name for one in SERVICE]
    assert [one.label for one in service.questions] == [one.prompt for one in SERVICE]
    assert [dict(one.choices) for one in service.questions] == [dict(one.choices) for one in SERVICE]


def test_a_person_says_thirteen_things_after_start_and_one_in_four_mistakes_her_birth_date() -> None:
    """As the benchmark is described."""
    people = [person(number) for number in range(100)]
    wrong = [one for one in people if WRONG_DATE in one.texts]
    assert len(wrong) == 25
    assert {len(one.texts) for one in people if one not in wrong} == {1 + len(QUESTIONS)} == {14}
    assert {len(one.texts) for one in wrong} == {15}


def test_no_two_people_say_the_same() -> None:
    """So that an answer which ends in somebody else's registration is found."""
    people = [person(number) for number in range(2000)]
    assert len({one.answers["papers_number"] for one in people}) == len({one.chat for one in people}) == len(people)


def test_only_her_own_answers_kept_once_count_as_ended_right() -> None:
    """Nothing kept, kept twice and somebody else's are all wrong."""
    hana, mulu = person(1), person(2)
    answers = dict(hana.answers)
    assert ended_right(hana, {hana.chat: [answers]})
    assert not ended_right(hana, {})
    assert not ended_right(hana, {hana.chat: [answers, answers]})
    assert not ended_right(hana, {hana.chat: [dict(mulu.answers)]})


def test_the_floor_takes_everybody_to_her_end() -> None:
    """The reader of answers that both rivals use takes what people send, and refuses what is no date."""
    for one in map(person, range(40)):
        answers: list[str] | None = None
        for text in one.texts:
            before = answers
            answers, _, registered = floor.step(before, text)
            assert (answers == before) == (text == WRONG_DATE)
        assert registered
        assert before == [one.answers[question.name] for question in QUESTIONS[:-1]]
