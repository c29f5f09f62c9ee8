"""The coordinator's overview: how long people wait, who has how much, where people stop."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from babel import Locale
from babel.dates import format_timedelta
from babel.numbers import format_decimal
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.names import STATES
from api.console.plots import Bar, bars
from api.console.shown import CHANNELS, question_title, service_title
from api.console.words import catalogue, formats
from api.desk import statistics
from api.desk.statistics import STEPS, Dropout, Overview
from api.routes.doors import Coordinating, Desk, language_of, page
from flows.language import t
from flows.loader import Library

router = APIRouter()


@router.get("/overview")
async def the_overview(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """Everything at a glance."""
    now, reader = shell.clock(), language_of(request, viewer)
    found = await shell.db.read(lambda session: statistics.overview(session, viewer, now))
    words = _Words(reader, shell.library)
    return page(
        request,
        "overview.html",
        viewer,
        late=found.late,
        waiting=words.waiting(found),
        claimed=words.claimed(found.to_claim),
        load=words.counted((one.name, one.cases) for one in found.load),
        states=[(words.service(name), words.states(counts)) for name, counts in found.states.items()],
        dropouts=words.dropouts(found),
        numbers=words.counted((words.dialled(one.number), one.lent + one.cooling) for one in found.numbers),
        sent=words.sent(found),
        each=words.each(found),
    )


class _Words:
    """The overview in the reader's language (ISO 639)."""

    def __init__(self, reader: str, library: Library) -> None:
        self.reader, self.library, self.locale = reader, library, Locale.parse(reader)
        self.text = catalogue(reader).gettext

    def service(self, name: str) -> str:
        return service_title(self.library, name, self.reader)

    def dialled(self, number: str) -> str:
        return formats(self.reader)["number"](number)

    def counted(self, rows: Iterable[tuple[str, int]]) -> list[Bar]:
        return bars((label, count, format_decimal(count, locale=self.locale)) for label, count in rows)

    def waiting(self, found: Overview) -> list[Bar]:
        if not any(found.waiting):
            return []
        ends = [format_timedelta(step, threshold=1, locale=self.locale) for step in STEPS]
        labels = [self.text(t("less than %s")) % end for end in ends] + [self.text(t("%s or more")) % ends[-1]]
        rows = zip(labels, found.waiting, strict=True)
        patience = found.patience
        late = [label for label, step in zip(labels[1:], STEPS, strict=True) if patience and step >= patience]
        return bars(((label, count, format_decimal(count, locale=self.locale)) for label, count in rows), alarm=late)

    def claimed(self, median: timedelta | None) -> str:
        if median is None:
            return ""
        length = format_timedelta(median, threshold=1, locale=self.locale)
        return self.text(t("Lately, half of all people waited less than %s for a volunteer.")) % length

    def states(self, counts: Mapping[str, int]) -> list[Bar]:
        return self.counted((self.text(STATES[state]), counts.get(state, 0)) for state in STATES)

    def dropouts(self, found: Overview) -> list[tuple[str, list[Bar], str]]:
        plots = []
        for name in dict.fromkeys(one.service for one in found.dropouts):
            ours = [one for one in found.dropouts if one.service == name]
            stopped, finished = sum(one.count for one in ours), found.finished.get(name, 0)
            note = self.text(t("%(stopped)s stopped lately, %(finished)s came to the end."))
            rows = self.counted((self._question(one), one.count) for one in self._in_order(name, ours))
            title = f"{self.text(t('Where people stop'))}: {self.service(name)}"
            plots.append((title, rows, note % {"stopped": stopped, "finished": finished}))
        return plots

    def sent(self, found: Overview) -> list[Bar]:
        rows = [(self.text(CHANNELS.get(kind, kind)), count) for kind, count in found.sent.items()]
        return self.counted([*rows, (self.text(t("SMS segments")), found.segments)] if found.segments else rows)

    def each(self, found: Overview) -> str:
        finished = sum(found.finished.values())
        if not finished or not (found.sent or found.segments):
            return ""
        text = self.text(t("About %(messages)s messages and %(segments)s SMS segments for each finished registration."))
        counts = {"messages": sum(found.sent.values()), "segments": found.segments}
        return text % {
            name: format_decimal(round(count / finished, 1), locale=self.locale) for name, count in counts.items()
        }

    def _question(self, one: Dropout) -> str:
        return question_title(self.library, one.service, one.question, self.reader) or self.text(t("The last look"))

    def _in_order(self, name: str, ours: list[Dropout]) -> list[Dropout]:
        """As the questions are asked; the last look at the end."""
        service = self.library.services.get(name)
        order = list(service.by_name) if service else []
        return sorted(ours, key=lambda one: order.index(one.question) if one.question in order else len(order))
