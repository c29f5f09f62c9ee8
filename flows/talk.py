"""One turn's surroundings, handed to every part of the conversation."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from flows.effects import Effect, Say, Turn
from flows.language import Words
from flows.loader import Library, Service
from flows.model import Draft, Message, Option, Reply


class Talk(NamedTuple):
    """The library, the draft so far, the message that came and when it came; `before` is when she last wrote before."""

    library: Library
    draft: Draft
    message: Message
    now: datetime
    before: datetime | None = None

    @property
    def language(self) -> str:
        """Her language (ISO 639); until she has chosen, that of a command which she sent, or English."""
        return self.draft.language or self.draft.spoken or "en"

    @property
    def words(self) -> Words:
        """The engine's texts in her language."""
        return self.library.words(self.language)

    @property
    def service(self) -> Service:
        """The service that the draft is about; only asked for once one was chosen."""
        return self.library.services[self.draft.service]

    @property
    def today(self) -> date:
        """The day that it is where the deployment is."""
        return self.now.astimezone(self.library.zone).date()

    @property
    def pressed(self) -> str:
        """The value of the button that she pressed, without what it is about."""
        return self.message.button.partition("=")[2]

    def is_about(self, asked: str) -> bool:
        """Whether the message can be meant for what is asked: a button only if it belongs to it, a text nearly always.

        A text that was typed below a question is for that one.
        """
        about = self.message.button.partition("=")[0] or self.message.about
        return about in ("", asked)

    def reply(self, source: str, *options: Option, **values: object) -> Reply:
        """An engine text in her language, with what can be chosen."""
        return Reply(self.words.t(source, **values), options)

    def say(self, source: str, *options: Option, **values: object) -> Say:
        """The same, as the effect that sends it."""
        return Say(self.reply(source, *options, **values))

    def option(self, value: str, source: str) -> Option:
        """One choice of the engine's own, in her language."""
        return Option(value, self.words.t(source))

    def one_of(self, texts: Mapping[str, str]) -> str:
        """A text of a service in her language, or in the first one that it has."""
        return texts.get(self.language) or next(iter(texts.values()))

    def filled(self, text: str, service: Service | None) -> str:
        """A text of a service with the number to call in danger put in for `{emergency}`."""
        return text.replace("{emergency}", self.emergency(service))

    def emergency(self, service: Service | None = None) -> str:
        """The number to call in danger: a service's, or the desk's."""
        return (service.file.emergency if service else "") or self.library.desk.emergency

    def but(self, **changes: Any) -> "Talk":
        """The same turn with a changed draft."""
        return Talk(self.library, self.draft.but(**changes), self.message, self.now, self.before)

    def turn(self, *effects: Effect, **changes: Any) -> Turn:
        """End the turn: the draft, changed, and what to do."""
        return Turn(self.draft.but(**changes) if changes else self.draft, effects)
