"""How answers, drafts, contacts, messages and replies are written down before they are locked: as compact JSON.

The hot path does it for every message, so pydantic's JSON writer is used (three times faster than the standard one)
and an answer is a list, cut where nothing more is said. All else is an object with names, so that a draft survives a
new release: a field that the older one did not write takes its default.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json, to_jsonable_python

from flows.model import Answer, Asking, Draft, Manner, Media, Message, OpenList, Option, Reply, Unread

_BLANK = Draft()
_EMPTY = vars(_BLANK)


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a person is reached: channel and lane as in `Message`, her chat id or E.164 number, her language."""

    channel: str
    lane: str
    address: str
    manner: Manner
    language: str


def pack(answers: Mapping[str, Answer]) -> bytes:
    """Answers as JSON, in the order in which they were given."""
    return encode(_answers_out(answers))


def unpack(packed: bytes) -> dict[str, Answer]:
    """What `pack` wrote."""
    return _answers_in(from_json(packed))


def pack_draft(draft: Draft) -> bytes:
    """A whole draft as JSON, with the drafts that it holds aside and the message that waits."""
    return encode(_draft_out(draft))


def unpack_draft(packed: bytes) -> Draft:
    """What `pack_draft` wrote."""
    return _draft_in(from_json(packed))


def pack_contact(contact: Contact) -> bytes:
    """A contact as JSON."""
    return encode(contact)


def unpack_contact(packed: bytes) -> Contact:
    """What `pack_contact` wrote."""
    return Contact(**from_json(packed))


def pack_message(message: Message) -> bytes:
    """A message as it came in, as JSON."""
    return encode(_message_out(message))


def unpack_message(packed: bytes) -> Message:
    """What `pack_message` wrote."""
    return _message_in(from_json(packed))


def pack_reply(address: str, reply: Reply) -> bytes:
    """A reply and where it goes, as JSON; an option is the list of its value, its label and whether it is a button."""
    packed = {"to": address, "text": reply.text, "options": reply.options, "about": reply.about}
    return encode(packed | {"instead": reply.instead} if reply.instead else packed)


def unpack_reply(packed: bytes) -> tuple[str, Reply]:
    """The address and the reply that `pack_reply` wrote."""
    reply = from_json(packed)
    options = tuple(Option(*option) for option in reply["options"])
    return reply["to"], Reply(reply["text"], options, reply["about"], reply.get("instead", ""))


def encode(value: Any) -> bytes:
    """Any value of ours as compact JSON. Half a surrogate pair, which UTF-8 cannot hold, becomes a question mark."""
    try:
        return to_json(value)
    except PydanticSerializationError:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=to_jsonable_python)
        return text.encode("utf-8", "replace")


def decode(packed: bytes) -> Any:
    """The JSON value that `encode` wrote."""
    return from_json(packed)


def _answers_out(answers: Mapping[str, Answer]) -> dict[str, Any]:
    return {name: a if a.precision or a.calendar or a.media or a.wording else a[:2] for name, a in answers.items()}


def _answers_in(packed: Mapping[str, list[Any]]) -> dict[str, Answer]:
    return {
        name: Answer(*parts) if len(parts) == 2 and type(parts[0]) is not list else _answer_in(parts)
        for name, parts in packed.items()
    }


def _answer_in(parts: list[Any]) -> Answer:
    value, raw, *rest = parts
    if len(rest) > 2 and rest[2]:
        rest[2] = Media(**rest[2])
    return Answer(tuple(value) if isinstance(value, list) else value, raw, *rest)


def _draft_out(draft: Draft) -> dict[str, Any]:
    """What a draft holds, without the fields in which it is like an empty one."""
    packed = {name: value for name, value in vars(draft).items() if value != _EMPTY[name]}
    packed["answers"] = _answers_out(draft.answers)
    if draft.aside:
        packed["aside"] = [_draft_out(other) for other in draft.aside]
    if draft.pending:
        packed["pending"] = _message_out(draft.pending)
    if draft.asking:
        packed["asking"] = {**_parts(draft.asking), "known": _answers_out(draft.asking.known)}
    return packed


def _draft_in(packed: dict[str, Any]) -> Draft:
    packed.setdefault("answers", {})
    for name in packed.keys() & _READ.keys():
        if packed[name] is not None:
            packed[name] = _READ[name](packed[name])
    return _BLANK.but(**packed)


def _parts(asking: Asking) -> dict[str, Any]:
    return {one.name: getattr(asking, one.name) for one in fields(asking)}


def _asking_in(packed: dict[str, Any]) -> Asking:
    packed["known"], packed["heard"] = _answers_in(packed["known"]), tuple(packed["heard"])
    packed["rest"], until = tuple(packed.get("rest", ())), packed.get("until")
    times = {"since": datetime.fromisoformat(packed["since"]), "until": until and datetime.fromisoformat(until)}
    return Asking(**packed | times)


def _unread_in(packed: dict[str, Any]) -> Unread:
    return Unread(**packed | {"since": datetime.fromisoformat(packed["since"])})


def _message_out(message: Message) -> dict[str, Any]:
    """What a message holds; further files only where there are some."""
    packed = message._asdict()
    if not message.more:
        del packed["more"]
    return packed


def _message_in(packed: dict[str, Any]) -> Message:
    packed["media"] = packed["media"] and Media(**packed["media"])
    packed["more"] = _media_in(packed.get("more", ()))
    return Message(**packed)


def _list_in(packed: dict[str, Any]) -> OpenList:
    return OpenList(**packed | {"items": tuple(packed["items"])})


def _each(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda packed: tuple(map(read, packed))


_media_in = _each(lambda packed: Media(**packed))
_READ: dict[str, Callable[[Any], Any]] = {
    "answers": _answers_in,
    "aside": _each(_draft_in),
    "cases": tuple,
    "chosen": tuple,
    "pending": _message_in,
    "unread": _each(_unread_in),
    "asking": _asking_in,
    "raised": tuple,
    "lists": _each(_list_in),
    "files": _media_in,
    "touched": datetime.fromisoformat,
}
"""What makes of a field of a draft what it was before it became JSON; the others are that already."""
