"""Several choices by buttons: a press marks one or takes it back, and the last one says that this is all."""

from flows.asking import DONE, done, options_of
from flows.fold import fold
from flows.loader import Asked
from flows.model import Answer
from flows.reading import Misread, pick_by_number, read
from flows.talk import Talk

Marked = tuple[str, ...]
"""What is marked after a press, in the order of the options."""


def takes(talk: Talk, asked: Asked) -> bool:
    """Whether the message is part of a choice by buttons: a press, or whatever is typed after one."""
    return asked.question.type == "many" and bool(talk.message.button or talk.draft.chosen)


def change(talk: Talk, name: str) -> Talk:
    """The same with a question open that she has answered, to be answered anew.

    By buttons it begins with what she chose of several, so that one press more loses nothing; what goes with no other
    is no beginning.
    """
    return talk.but(editing=name, chosen=_marked_before(talk, talk.service.by_name[name]))


def _marked_before(talk: Talk, asked: Asked) -> Marked:
    before = talk.draft.answers[asked.question.ask].value
    if asked.question.type != "many" or talk.draft.manner != "chat" or not isinstance(before, tuple):
        return ()
    if set(before) & set(asked.question.exclusive):
        return ()
    return tuple(one.value for one in options_of(talk, asked) if one.value in before)


def choose(talk: Talk, asked: Asked) -> Marked | Answer | Misread:
    """What the message makes of the choice: what is marked now, or the whole answer, or what was not understood.

    Typed words and numbers are added to what she has marked, and end it; where she only changes an earlier answer, they
    take its place. A choice that goes with no other ends it at once.
    """
    options, before = options_of(talk, asked), talk.draft.chosen
    pressed = pick_by_number(talk, (*(one.value for one in options), *((DONE,) if before else ())))
    if pressed == DONE or (before and fold(talk.message.text) == fold(done(talk).label)):
        return Answer(before, " ".join(before))
    if not talk.message.button:
        untouched = talk.draft.editing == asked.question.ask and before == _marked_before(talk, asked)
        return _added(read(talk, asked, talk.message), () if untouched else before, asked)
    if pressed is None or pressed in asked.question.exclusive:
        return read(talk, asked, talk.message)
    return tuple(one.value for one in options if (one.value in before) != (one.value == pressed))


def _added(typed: Answer | Misread, before: Marked, asked: Asked) -> Answer | Misread:
    """What she typed, together with what she had marked."""
    if isinstance(typed, Misread) or typed.value is None or set(typed.value) & set(asked.question.exclusive):
        return typed
    values = tuple(value for value in asked.question.choices if value in before or value in typed.value)
    return Answer(values, typed.raw)
