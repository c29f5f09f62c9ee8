"""Reports of services: one page a period to print, exact for the house or as it may leave, and both as a file."""

from dataclasses import dataclass
from typing import Annotated

from babel import Locale
from babel.numbers import format_decimal
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.console.months import HIDDEN
from api.console.plans import said
from api.console.shown import place_name, question_title, service_title
from api.console.words import catalogue
from api.desk.labels import in_words
from api.errors import Refused
from api.exports import reporting
from api.exports.reporting import OTHERS, Sheet
from api.exports.spreadsheet import write_xlsx
from api.routes.coordination import MEDIA_TYPES
from api.routes.doors import Coordinating, Desk, language_of, page
from api.shell import Shell
from api.staff.people import Viewer
from flows import reporting as periods
from flows.language import t
from flows.planning import Added

router = APIRouter()
Which = Annotated[str, Query(alias="p", max_length=7)]
For = Annotated[str, Query(alias="for", max_length=3)]
OUT = "out"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its title, its column names, and its lines, in the reader's words."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@router.get("/reports")
async def the_reports(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """Every report that a service has."""
    reader = language_of(request, viewer)
    shown = [
        (service, name, service_title(shell.library, service, reader), _title(shell, service, name, reader))
        for service, name in reporting.reports(shell.library)
    ]
    return page(request, "reports.html", viewer, reports=shown)


@router.get("/reports/{service}/{name}")
async def the_report(
    request: Request, shell: Desk, viewer: Coordinating, service: str, name: str, which: Which = "", to: For = ""
) -> HTMLResponse:
    """One period of a report."""
    reader = language_of(request, viewer)
    report, sheet = await _sheet(shell, viewer, service, name, which, to)
    today = shell.clock().astimezone(shell.settings.zone).date()
    after = periods.after(report.plan, sheet.period)
    return page(
        request,
        "report.html",
        viewer,
        service=service,
        name=name,
        title=_title(shell, service, name, reader),
        sheet=sheet,
        tables=_tables(shell, service, name, sheet, reader),
        cases=_figure(sheet.cases, reader),
        out=to == OUT,
        leaves=report.plan.leaves,
        before=periods.before(report.plan, sheet.period).name,
        after=after.name if after.first <= today else "",
        desk=shell.library.desk.name,
    )


@router.get("/reports/{service}/{name}/file")
async def the_file(
    request: Request, shell: Desk, viewer: Coordinating, service: str, name: str, which: Which = "", to: For = ""
) -> Response:
    """The same as a file for a spreadsheet."""
    reader = language_of(request, viewer)
    _, sheet = await _sheet(shell, viewer, service, name, which, to)
    text = catalogue(reader).gettext
    tables = _tables(shell, service, name, sheet, reader)
    rows = [
        [table.title, line[0], header, figure]
        for table in tables
        for line in table.rows
        for header, figure in zip(table.header[1:], line[1:], strict=True)
    ]
    rows += [[text(t("Concerns")), reference, "", words] for reference, words in sheet.concerns]
    header = [text(one) for one in (t("What"), t("Line"), t("Column"), t("Figure"))]
    content = write_xlsx(header, rows, title=sheet.period.name)
    filename = f"{service}-{name}-{sheet.period.name}{'-to-hand-out' if to == OUT else ''}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response(content, media_type=MEDIA_TYPES["xlsx"], headers=headers)


async def _sheet(shell: Shell, viewer: Viewer, service: str, name: str, which: str, to: str) -> tuple[Added, Sheet]:
    now, zone = shell.clock(), shell.settings.zone
    report = reporting.the_report(shell.library, viewer, service, name)
    if to == OUT and not report.plan.leaves:
        raise Refused(404, "not_found")
    over = reporting.period(report, which, now.astimezone(zone).date())
    figures = await shell.db.write(
        lambda session: reporting.count(session, shell.vault, shell.library, viewer, service, name, over, zone, now)
    )
    return report, reporting.to_hand_out(figures, over) if to == OUT else reporting.exact(figures, over)


def _tables(shell: Shell, service: str, name: str, sheet: Sheet, reader: str) -> list[Table]:
    """The lines alone, and divided by each routed answer."""
    known, text = shell.library.services[service], catalogue(reader).gettext
    labels = {one: said(known, f"report:{name}:row:{one}", one, reader) for one in sheet.rows}
    whole = tuple((labels[one], _figure(figure, reader)) for one, figure in sheet.rows.items())
    tables = [Table(text(t("Altogether")), (text(t("Line")), text(t("Figure"))), whole)]
    for field, parts in sheet.parts.items():
        header = (question_title(shell.library, service, field, reader), *labels.values())
        rows = tuple(
            (_value(shell, service, field, value, reader), *(_figure(one, reader) for one in line.values()))
            for value, line in parts.items()
        )
        tables.append(Table(header[0], header, rows))
    return tables


def _value(shell: Shell, service: str, field: str, value: str, reader: str) -> str:
    text = catalogue(reader).gettext
    if value in ("", OTHERS):
        return str(text(t("Others")) if value else text(t("Not known")))
    asked = shell.library.services[service].by_name.get(field)
    return in_words(shell.library, asked, value, reader) if asked else place_name(shell.library, value, reader)


def _figure(figure: float | None, reader: str) -> str:
    """A figure as the reader's language writes it, or what stands in place of one that is not shown."""
    if figure is None:
        return HIDDEN
    whole = round(figure) if float(figure).is_integer() else round(figure, 2)
    return str(format_decimal(whole, locale=Locale.parse(reader)))


def _title(shell: Shell, service: str, name: str, reader: str) -> str:
    known = shell.library.services[service]
    return said(known, f"report:{name}:title", known.plans.reports[name].plan.title, reader)
