"""What a service file may say: the schema, with every expression compiled, and no way to be half right."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from flows.parts import Name, Part, Skill, Span
from flows.plans import FollowUp, Report, TaskPlan

Kind = Literal[
    "choice",
    "many",
    "consent",
    "text",
    "name",
    "date",
    "phone",
    "number",
    "email",
    "country",
    "governorate",
    "district",
    "place",
    "photo",
    "voice",
    "outing",
]


class Question(Part):
    """One prompt and the kind of answer that fits.

    `title` is its short name (review, console, paper), `hint` follows the label, `example` is said after an answer
    that was not understood. `exclusive` names the choices that go with no other one. A `place` is asked at one
    `level` of the service's places, its `choices` come after them; `within` names the question whose answer narrows it.
    A consent's `items` are the questions whose answers it covers, in its label as `{items}`; its `refusal`, if any,
    ends the conversation when the answer is `no`. `choices` of a `country` or a `phone` are only the common ones:
    anything else may be typed. `in_hand` names the choices that mean the phone on which she reads the question; they
    are not offered on paper, nor by a volunteer who fills it in with her. `photo` names the choice that a picture
    means. A question that is `later` is not asked in the intake, but by a follow-up, a checklist or a volunteer. A date
    that is `coming` may lie ahead, up to two years; one that is `recent` was not long ago, so that today, yesterday and
    a day without its year say it.
    """

    ask: Name
    type: Kind
    title: str
    label: str
    hint: str = ""
    example: str = ""
    choices: dict[str, str] = Field(default_factory=dict)
    exclusive: tuple[str, ...] = ()
    in_hand: tuple[str, ...] = ()
    within: str = ""
    level: str = ""
    items: tuple[str, ...] = ()
    recipient: str = ""
    refusal: str = ""
    relevant: str = ""
    constraint: str = ""
    constraint_message: str = ""
    sensitive: Literal["", "identity", "health"] = ""
    optional: bool = False
    photo: str = ""
    later: bool = False
    coming: bool = False
    recent: bool = False

    @property
    def place_level(self) -> str:
        """The level of places that it asks for; nothing when it asks for none."""
        if self.type == "place":
            return self.level
        return self.type if self.type in ("governorate", "district") else ""


class Repeat(Part):
    """Questions that are asked again and again: the people of a household, one document after the other.

    `title` is the name of one of them ("Person"), `more` asks whether there is another one, `up_to` how many there can
    be. With `at_least` 0 even the first one is asked about. Inside, `${name}` is the answer of the same round.
    """

    repeat: Name
    title: str
    more: str
    up_to: int = Field(8, ge=2, le=20)
    at_least: Literal[0, 1] = 1
    relevant: str = ""
    questions: tuple[Question, ...] = Field(min_length=1)


def _kind_of_part(part: Any) -> str:
    return "(repeat)" if isinstance(part, Repeat) or (isinstance(part, dict) and "repeat" in part) else "(question)"


Asks = Annotated[
    Annotated[Question, Tag("(question)")] | Annotated[Repeat, Tag("(repeat)")], Discriminator(_kind_of_part)
]
"""What stands in the list of questions."""


class Lend(Part):
    """When a case needs something of ours for a portal: expressions over the answers."""

    phone: str = ""
    email: str = ""


class Offer(Part):
    """Something that a volunteer offers when an expression holds; `card` names one that she can send."""

    when: str
    say: str
    card: str = ""


class Checklist(Part):
    """What a case gathers for weeks: `items` are questions, `open` the answers by which one is still to be had.

    Which of them are open stays readable beside the sealed case, so that she can be asked and reminded.
    """

    title: str
    items: tuple[Name, ...] = Field(min_length=1)
    open: tuple[str, ...] = ()


class Match(Part):
    """Who goes with whom: a case for which `of` holds with one for which `with` holds; with `outings` each case with
    those of the service.

    `ability` says by expressions over the answers which skills somebody has. `cap` is how many hours within `per` are
    enough, of which one match takes `each`; it is too much for whom `full` holds. `task` is opened for both together.
    """

    of: str = ""
    beside: str = Field(default="", alias="with")
    outings: bool = False
    ability: dict[Skill, str] = Field(default_factory=dict)
    cap: str = ""
    each: int = Field(default=1, ge=1)
    per: Span = timedelta(days=7)
    full: str = ""
    task: str = ""


class CasePlan(Part):
    """What a case of this service goes through. `route` names the readable answers; `portal` where it registers.

    `needs` says by an expression when a case needs a skill; that it does stays readable, as what is routed is.
    `accompany` is an expression over the answers: when it holds, she wants somebody to go along on the day.
    `call` is an expression: when it holds, she asks to be called, within `call_within`. `stays`: one of us goes along
    for months, and keeps the case until she gives it back. `match` says who goes with whom, `notes` that they name
    nobody. When the expression `joins` holds, she may be invited to the desk. `tasks` and `follow_ups` stand in
    `flows.plans`.
    """

    portal: str = ""
    lend: Lend = Lend()
    accompany: str = ""
    route: tuple[str, ...] = ()
    needs: dict[Skill, str] = Field(default_factory=dict)
    offer: tuple[Offer, ...] = ()
    call: str = ""
    call_within: Span | None = None
    tasks: tuple[TaskPlan, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    checklist: Checklist | None = None
    match: Match | None = None
    notes: Literal["", "nameless"] = ""
    joins: str = ""
    stays: bool = False


class Export(Part):
    """What may leave, to whom: `consent` names the question that must be answered `yes`, `columns` the cells.

    Only answers that are `items` of that consent can be read by a column. `language` (ISO 639) is the recipient's.
    `bundle`: besides the list there is a folder for each person, with her sheet, her pictures and her documents.
    `open`: whoever gets it must know at once, so it takes cases that are not closed too, each once.
    """

    recipient: str
    language: str = "en"
    consent: str
    columns: dict[str, str]
    bundle: bool = False
    open: bool = False


Reason = Literal["danger", "medical", "legal", "child"]
"""Why those on duty are called unasked."""


class Escalation(Part):
    """When `when` holds after an answer, those on duty hear of it at once, and `say` is said; once for each reason."""

    when: str
    reason: Reason
    say: str


class Crisis(Part):
    """Words, with commas between them, that raise the alarm wherever she writes one; then `say` is said."""

    words: str
    say: str


class Outcome(Part):
    """What an answer leads to: after the question `after`, when `when` holds, `say` is said, with the reasons.

    With `ends` nothing more is asked, and there is no case unless she wants a person.
    """

    outcome: Name
    after: Name
    when: str
    say: str
    ends: bool = False


class Card(Part):
    """One thing to know, short enough to be read on a phone."""

    card: Name
    title: str
    text: str


class Quiz(Part):
    """One question of the quiz: `right` is the value of the right choice, and `why` is said to whoever missed it."""

    ask: Name
    label: str
    choices: dict[str, str]
    right: str
    why: str


class Training(Part):
    """What a volunteer reads, and is asked, before she takes a case of the service; read in the console's languages."""

    cards: tuple[Card, ...] = ()
    quiz: tuple[Quiz, ...] = ()


class ServiceFile(Part):
    """A whole service file, as its author wrote it; `on`: it is offered unless a coordinator switched it off.

    `menu` is what the first screen calls it, where there are several, `emergency` the number to call instead of the
    desk's. `cards` are read by whoever likes, before anything is asked; a service may have nothing else. `places`
    names the file of places that its questions mean.
    """

    service: Name
    on: bool = False
    audience: Literal["worker", "volunteer", "assisted"] = "worker"
    title: str
    menu: str = ""
    languages: tuple[str, ...]
    closing: str = ""
    emergency: str = ""
    places: str = ""
    cards: tuple[Card, ...] = ()
    questions: tuple[Asks, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    crisis: Crisis | None = None
    outcomes: tuple[Outcome, ...] = ()
    case: CasePlan = CasePlan()
    exports: dict[str, Export] = Field(default_factory=dict)
    reports: dict[str, Report] = Field(default_factory=dict)
    training: Training = Training()
