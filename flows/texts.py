"""Every text of a service file that workers read, with the key under which catalogues have it: the one list of them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

OFFERS = "case.offer"
"""What the texts are about that volunteers read of a case."""
OF_A_QUESTION = ("title", "label", "hint", "example", "refusal", "constraint_message")


class Text(NamedTuple):
    """One text: the question it belongs to (or nothing), its key, its words as written, and where it stands."""

    question: str
    key: str
    words: str
    at: tuple[str | int, ...]


def texts_in(tree: Mapping[str, Any]) -> Iterator[Text]:
    """The texts of a whole file, in its order; `tree` is what YAML or the schema gives as mappings and lists."""
    service = tree["service"]
    for key in ("title", "menu", "closing"):
        if tree.get(key):
            yield Text("", f"{service}:{key}", tree[key], (key,))
    for number, card in enumerate(tree.get("cards") or ()):
        for key in ("title", "text"):
            yield Text("", f"{service}:cards:{card['card']}:{key}", card[key], ("cards", number, key))
    for number, part in enumerate(tree.get("questions") or ()):
        yield from _asked(service, part, ("questions", number))
    yield from _watched(service, tree)
    yield from _of_the_case(service, tree.get("case") or {})


def _asked(service: str, part: Mapping[str, Any], at: tuple[str | int, ...]) -> Iterator[Text]:
    if "repeat" in part:
        for key in ("title", "more"):
            yield Text(part["repeat"], f"{service}:{part['repeat']}:{key}", part[key], (*at, key))
        for number, inside in enumerate(part["questions"]):
            yield from _asked(service, inside, (*at, "questions", number))
        return
    ask = part["ask"]
    for key in OF_A_QUESTION:
        if part.get(key):
            yield Text(ask, f"{service}:{ask}:{key}", part[key], (*at, key))
    for value, label in (part.get("choices") or {}).items():
        yield Text(ask, f"{service}:{ask}:choice:{value}", label, (*at, "choices", value))


def _watched(service: str, tree: Mapping[str, Any]) -> Iterator[Text]:
    for number, one in enumerate(tree.get("escalate") or ()):
        yield Text("", f"{service}:escalate:{number + 1}:say", one["say"], ("escalate", number, "say"))
    for key in ("words", "say") if tree.get("crisis") else ():
        yield Text("", f"{service}:crisis:{key}", tree["crisis"][key], ("crisis", key))
    for number, one in enumerate(tree.get("outcomes") or ()):
        key = f"{service}:outcome:{number + 1}:{one['outcome']}"
        yield Text("", key, one["say"], ("outcomes", number, "say"))


def _of_the_case(service: str, case: Mapping[str, Any]) -> Iterator[Text]:
    for number, offer in enumerate(case.get("offer") or ()):
        yield Text(OFFERS, f"{service}:offer:{number + 1}", offer["say"], ("case", "offer", number, "say"))
    for number, plan in enumerate(case.get("follow_ups") or ()):
        if plan.get("say"):
            key, at = f"{service}:follow_up:{plan['follow_up']}:say", ("case", "follow_ups", number, "say")
            yield Text(f"case.follow_ups.{plan['follow_up']}", key, plan["say"], at)
    if case.get("checklist"):
        yield Text("", f"{service}:checklist:title", case["checklist"]["title"], ("case", "checklist", "title"))
