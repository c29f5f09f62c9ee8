"""Draws a service as a flow: one SVG that fits a page, in the colour of the text around it, and a list beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from textwrap import wrap

from flows.conditions import condition_in_words, in_words
from flows.language import direction, t
from flows.loader import Asked, Library, Service

WIDTH = 1000
"""Of the drawing, in its own units; it is shown as wide as its place, or the page."""
MOST_IN_COLUMN = 12
MARGIN, GAP, HEAD = 20, 22, 60
BOX, LINE, PAD, INDENT = 40, 20, 10, 26
LETTER = 9.2
"""The width of a letter of a title, on average; wider scripts get shorter lines."""
WIDE = 1.25
ALARM = "⚠"
"""Before what calls those on duty."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the flow: its number, its short name, and in words when it is asked (empty: always).

    `ends` are the words of the choice that ends the conversation; `last` says that it is the end itself. `alarms` say
    when those on duty are called after it.
    """

    number: int
    title: str
    condition: str = ""
    ends: str = ""
    last: bool = False
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Box:
    step: Step
    x: float
    y: float
    width: float
    height: float
    title: Sequence[str]
    condition: Sequence[str]
    alarms: Sequence[str]


def steps(library: Library, service: Service, language: str) -> list[Step]:
    """The questions in their order and what follows, in a language that the service has (else its first)."""
    language = language if language in service.file.languages else service.file.languages[0]
    words = library.words(language)
    found = []
    for asked in (one for one in service.numbered if one.written.round < 2):
        condition = condition_in_words(service, asked, language, words)
        if asked.relevant is not None and not condition:
            condition = asked.relevant.text
        if asked.question.later:
            condition = words.t(t("Asked later"))
        title = f"{asked.prompts[language].title} {_again(asked)}".strip()
        alarms = tuple(_alarms(library, service, asked, language))
        found.append(Step(service.number_of(asked), title, condition, _ends(asked, language), alarms=alarms))
    if not found:
        cards = (one.titles[language] for one in service.rules.cards.values())
        found = [Step(number, title) for number, title in enumerate(cards, start=1)]
        return [*found, Step(len(found) + 1, words.t(t("There is nothing to answer, only to read.")), last=True)]
    last = t("A case opens, and a volunteer takes it.")
    return [*found, Step(len(service.questions) + 1, words.t(last), last=True)]


def legend(library: Library, service: Service, language: str) -> tuple[str, ...]:
    """What the sign of an alarm means, and that words can raise one anywhere; nothing where there is none."""
    words = library.words(language if language in service.file.languages else service.file.languages[0])
    said = [words.t(t("Those on duty are called."))] if service.rules.alarms else []
    if service.rules.crisis:
        said.append(words.t(t("Words of a crisis, in any message: those on duty are called.")))
    return tuple(f"{ALARM} {one}" for one in said)


def _alarms(library: Library, service: Service, asked: Asked, language: str) -> Iterator[str]:
    """When those on duty are called after this question, the last one that an alarm needs; else what is said then."""
    drawn = [one for one in service.numbered if one.written.round < 2]
    for alarm in service.rules.alarms:
        needed = [one for one in drawn if one.question.ask in alarm.when.names]
        if (needed or drawn)[-1] is asked:
            said = alarm.says[language].replace("{emergency}", service.file.emergency or library.desk.emergency)
            yield in_words(service, alarm.when, language, library.words(language)) or said


def _again(asked: Asked) -> str:
    """How often a question may come: a repeated group is drawn once."""
    return f"(1–{asked.written.group.up_to})" if asked.written.group else ""


def draw(library: Library, service: Service, language: str = "en") -> str:
    """The flow as one SVG element with a title and a description, right to left where the language is."""
    language = language if language in service.file.languages else service.file.languages[0]
    flow, words, way = steps(library, service, language), library.words(language), direction(language)
    columns = -(-len(flow) // MOST_IN_COLUMN)
    boxes = list(_placed(flow, columns))
    foot = max(box.y + box.height for box in boxes) + MARGIN
    signs = legend(library, service, language)
    height = foot + LINE * len(signs) + (PAD if signs else 0)
    title = service.titles[language]
    about = words.t(t("{count} questions, from the top; a dashed box is asked only sometimes."), count=len(flow) - 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'aria-labelledby="flow-title flow-about" lang="{escape(language)}" direction="{way}" '
        'font-family="system-ui, sans-serif" color="#2c2520" class="flow">',
        f'<title id="flow-title">{escape(title)}</title><desc id="flow-about">{escape(about)}</desc>',
        *_lines(boxes, way),
        *_ways_round(boxes, way),
        *(_box(box, way) for box in boxes),
        *(_text(_turned(MARGIN, way), foot + PAD + LINE * row, one, 14, "400") for row, one in enumerate(signs)),
        "</svg>",
    ]
    return "\n".join(parts)


def _ends(asked: Asked, language: str) -> str:
    """The choice of a consent after which nothing is kept; or what is said where an outcome ends the questions."""
    if not asked.question.refusal:
        return next((one.says[language] for one in asked.verdicts if one.plan.ends), "")
    return next((one.label for one in asked.prompts[language].options if one.value == "no"), "")


def _placed(flow: Sequence[Step], columns: int) -> Iterator[_Box]:
    """Each step in its column, one below the other; what is asked only sometimes stands further in."""
    each = -(-len(flow) // columns)
    width = (WIDTH - 2 * MARGIN - (columns - 1) * HEAD) / columns
    for column in range(columns):
        y = float(MARGIN)
        for step in flow[column * each : (column + 1) * each]:
            indent = INDENT if step.condition else 0
            inside = width - indent - 2 * PAD
            title = _wrapped(f"{step.number} {step.title}" if not step.last else step.title, inside, 2)
            below = step.condition or (f"✕ {step.ends}" if step.ends else "")
            condition = _wrapped(below, inside * 1.15, 2)
            alarms = [row for one in step.alarms for row in _wrapped(f"{ALARM} {one}", inside * 1.1, 3)]
            height = 2 * PAD + LINE * (len(title) + len(condition) + len(alarms))
            x = MARGIN + column * (width + HEAD) + indent
            yield _Box(step, x, y, width - indent, height, title, condition, alarms)
            y += height + GAP


def _wrapped(text: str, width: float, most: int) -> list[str]:
    """A text in lines of about this width; what does not fit into so many ends with three dots."""
    letter = LETTER * (WIDE if any(ord(one) > 0x1000 for one in text) else 1.0)
    lines = wrap(text, max(8, int(width / letter)))
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1].rstrip(".,") + " …"]


def _lines(boxes: Sequence[_Box], way: str) -> Iterator[str]:
    """From each box to the next: down, or from the foot of a column to the head of the one beside it."""
    for one, other in pairwise(boxes):
        x, below = one.x + PAD * 2, one.y + one.height
        if other.y > one.y:
            points = [(max(x, other.x + PAD * 2), below), (max(x, other.x + PAD * 2), other.y)]
        else:
            between = other.x - HEAD / 2 - (INDENT if other.step.condition else 0)
            points = [(x, below), (x, below + GAP / 2), (between, below + GAP / 2)]
            points += [(between, other.y + BOX / 2), (other.x, other.y + BOX / 2)]
        path = " ".join(f"{_turned(px, way):.0f},{py:.0f}" for px, py in points)
        yield f'<polyline points="{path}" fill="none" stroke="currentColor" stroke-width="1.5"/>'
        end_x, end_y = points[-1]
        sideways = other.y <= one.y
        yield _arrow(_turned(end_x, way), end_y, sideways=sideways, way=way)


def _ways_round(boxes: Sequence[_Box], way: str) -> Iterator[str]:
    """Past what is asked only sometimes, to the next question that is always asked, where both are in one column."""
    always = [box for box in boxes if not box.step.condition]
    for one, other in pairwise(always):
        if other.step.number > one.step.number + 1 and other.y > one.y and other.x == one.x:
            x = _turned(one.x + PAD, way)
            ends = f'x1="{x:.0f}" y1="{one.y + one.height:.0f}" x2="{x:.0f}" y2="{other.y:.0f}"'
            yield f'<line {ends} stroke="currentColor" stroke-width="1.5" stroke-dasharray="3 4"/>'
            yield _arrow(x, other.y, sideways=False, way=way)


def _arrow(x: float, y: float, *, sideways: bool, way: str) -> str:
    back = -7 if way == "ltr" else 7
    tips = [(x + back, y - 5), (x, y), (x + back, y + 5)] if sideways else [(x - 5, y - 7), (x, y), (x + 5, y - 7)]
    path = " ".join(f"{px:.0f},{py:.0f}" for px, py in tips)
    return f'<polygon points="{path}" fill="currentColor"/>'


def _box(box: _Box, way: str) -> str:
    left = box.x if way == "ltr" else WIDTH - box.x - box.width
    dashes = ' stroke-dasharray="6 4"' if box.step.condition else ""
    weight = "2.5" if box.step.last else "1.5"
    shape = (
        f'<rect x="{left:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}" rx="10" '
        f'fill="none" stroke="currentColor" stroke-width="{weight}"{dashes}/>'
    )
    x = _turned(box.x + PAD, way)
    rows = [(text, 17, "600") for text in box.title] + [(text, 14, "400") for text in box.condition]
    rows += [(text, 14, "600") for text in box.alarms]
    return shape + "".join(_text(x, box.y + PAD + 15 + LINE * at, *row) for at, row in enumerate(rows))


def _text(x: float, y: float, text: str, size: int, bold: str) -> str:
    place = f'x="{x:.0f}" y="{y:.0f}" font-size="{size}" font-weight="{bold}"'
    return f'<text {place} fill="currentColor">{escape(text)}</text>'


def _turned(x: float, way: str) -> float:
    """A place across the drawing, mirrored where one reads from the right."""
    return x if way == "ltr" else WIDTH - x
