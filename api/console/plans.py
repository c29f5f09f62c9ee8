"""What services plan, in the reader's words: the titles of tasks, of follow-ups, and of reports and their lines."""

from collections.abc import Mapping

from api.console.shown import question_title
from api.console.words import catalogue
from api.desk.tasks import KINDS, TaskView
from flows.language import t, tidy
from flows.loader import Library, Service
from flows.planning import Following

STATES: Mapping[str, str] = {
    "open": t("To do"),
    "doing": t("Under way"),
    "ready": t("Ready to be collected"),
    "done": t("Done"),
    "refused": t("The worker does not want it"),
    "dropped": t("Not needed any more"),
}
"""How far a task is."""
FOLLOWED: Mapping[str, str] = {
    "planned": t("Planned"),
    "asked": t("Asked: no answer yet"),
    "said": t("Said"),
    "answered": t("Answered"),
    "missed": t("No answer came"),
    "task": t("A volunteer does it"),
    "done": t("Done"),
}
"""How far a follow-up is."""


def task_title(library: Library, service: str, kind: str, name: str, reader: str) -> str:
    """A task in words; the kind alone where its service plans it no more."""
    known = library.services.get(service)
    if known and kind == "planned" and name in known.plans.tasks:
        return said(known, f"task:{name}:title", known.plans.tasks[name].plan.title, reader)
    general = str(catalogue(reader).gettext(KINDS.get(kind, kind)))
    if known and kind == "tell_code" and name in known.plans.tasks:
        return f"{general}: {said(known, f'task:{name}:title', known.plans.tasks[name].plan.title, reader)}"
    if known and kind == "follow_up" and name in known.plans.follow_ups:
        return follow_up_title(library, known, name, reader)
    return general


def follow_up_title(library: Library, service: Service, name: str, reader: str) -> str:
    """A follow-up in words: its task, the questions that it asks, or what it says."""
    found = service.plans.follow_ups.get(name)
    if found is None:
        return name
    if found.plan.task:
        return said(service, f"follow_up:{name}:task", found.plan.task, reader)
    return _asked(library, service, found, reader) or found.says.get(reader) or found.plan.say


def _asked(library: Library, service: Service, found: Following, reader: str) -> str:
    titles = (question_title(library, service.name, one, reader) for one in found.plan.ask)
    return ", ".join(filter(None, titles))


def titles_of(library: Library, tasks: tuple[TaskView, ...] | list[TaskView], reader: str) -> dict[int, str]:
    """Tasks in words, by their ids."""
    return {one.id: task_title(library, one.service, one.kind, one.name, reader) for one in tasks}


def follow_up_titles(library: Library, service: str, reader: str) -> dict[str, str]:
    """The follow-ups of a service in words, by name."""
    known = library.services.get(service)
    names = known.plans.follow_ups if known else ()
    return {name: follow_up_title(library, known, name, reader) for name in names} if known else {}


def said(service: Service, key: str, source: str, reader: str) -> str:
    """A text of a service file that the desk reads; English where it is not translated."""
    return str(catalogue(reader).pgettext(f"{service.name}:{key}", tidy(source)))
