"""What a service file may say: the schema, with every expression compiled, and no way to be half right."""

from typing import Literal

from pydantic import Field

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
]


class Question(Part):
    """One prompt and the kind of answer that fits.

    `title` is its short name (review, console, paper), `hint` follows the label, `example` is said after an answer
    that was not understood. `exclusive` names the choices that go with no other one. `within` names the question
    whose answer narrows a district. A consent's `items` are the questions whose answers it covers, in its label as
    `{items}`; its `refusal`, if any, ends the conversation when the answer is `no`. `choices` of a `country` or a
    `phone` are only the common ones: anything else may be typed. `in_hand` names the choices that mean the phone on
    which she reads the question; they are not offered on paper, nor by a volunteer who fills it in with her.
    A question that is `later` is not asked in the intake, but by a follow-up or a volunteer. A date that is
    `coming` may lie ahead, up to two years.
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
    items: tuple[str, ...] = ()
    recipient: str = ""
    refusal: str = ""
    relevant: str = ""
    constraint: str = ""
    constraint_message: str = ""
    sensitive: Literal["", "identity", "health"] = ""
    optional: bool = False
    later: bool = False
    coming: bool = False


class Lend(Part):
    """When a case needs something of ours for a portal: expressions over the answers."""

    phone: str = ""
    email: str = ""


class Offer(Part):
    """Something that a volunteer offers when an expression holds: a `card` to read, a person to `ask`."""

    when: str
    say: str


class CasePlan(Part):
    """What a case of this service goes through. `route` names the readable answers; `portal` where it registers.

    `needs` says by an expression when a case needs a skill; that it does stays readable, as what is routed is.
    `accompany` is an expression over the answers: when it holds, she wants somebody to go along on the day.
    `call` is an expression: when it holds, she asks to be called, within `call_within`. `tasks` and
    `follow_ups` stand in `flows.plans`.
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


class Export(Part):
    """What may leave, to whom: `consent` names the question that must be answered `yes`, `columns` the cells.

    Only answers that are `items` of that consent can be read by a column. `language` (ISO 639) is the recipient's.
    `bundle`: besides the list there is a folder for each person, with her sheet, her pictures and her documents.
    """

    recipient: str
    language: str = "en"
    consent: str
    columns: dict[str, str]
    bundle: bool = False


class Card(Part):
    """One thing that a volunteer has to know, short enough to be read on a phone."""

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
    """A whole service file, as its author wrote it."""

    service: Name
    audience: Literal["worker", "volunteer", "assisted"] = "worker"
    title: str
    languages: tuple[str, ...]
    closing: str
    questions: tuple[Question, ...]
    case: CasePlan = CasePlan()
    exports: dict[str, Export] = Field(default_factory=dict)
    reports: dict[str, Report] = Field(default_factory=dict)
    training: Training = Training()
