"""What coordinators do on a road, to its final output: batches, bundles, lists, reports."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, time

from sqlmodel import col, select

from api.desk import afterwards, collecting
from api.exports import batches, reporting, results
from api.going import outings, signing
from api.staff import duty
from api.tables import BatchCase, CaseRow, OutingRow
from flows.notices import Notice
from tests.roads.acting import Act, Sentences
from tests.roads.desk import DATE


def exports(act: Act, export: str, form: str | None) -> Iterator[str]:
    """A batch of everybody who is ready: the cells that are filled, or the files of a bundle."""
    service = act.case.service
    left = batches.preview(act.session, act.stage.vault, act.library, act.viewer, service, export, act.now).left_out
    made = batches.export(
        act.session, act.stage.vault, act.library, act.viewer,
        service=service, export=export, form="zip" if form else "csv", now=act.now,
    )  # fmt: skip
    yield f"batch {made.number}, {made.filename}, {made.rows} in it"
    yield from (f"left out: {one.reference}, {one.reason}" for one in left)
    if form:
        with zipfile.ZipFile(io.BytesIO(made.content)) as bundle:
            yield from (f"  {name}" for name in sorted(act.stage.names.shown(one) for one in bundle.namelist()))
        return
    for row in csv.DictReader(io.StringIO(made.content.decode("utf-8-sig"))):
        yield from (f"  {name}: {cell}" for name, cell in row.items() if cell)


def _references(act: Act, batch: str) -> list[str]:
    """Everybody in it."""
    sent = select(CaseRow.reference).join(BatchCase, col(BatchCase.case_id) == CaseRow.id)
    return list(act.session.exec(sent.where(BatchCase.batch_id == int(batch)).order_by(col(CaseRow.id))))


def batch_dated(act: Act, batch: str, day: str, at: str | None, place: str | None) -> Iterator[str]:
    notice = Notice("appointment", date.fromisoformat(day), time.fromisoformat(at) if at else None, place or "")
    told = afterwards.mark_appointment(
        act.session, act.stage.vault, act.library, act.viewer, int(batch), _references(act, batch), notice,
        act.stage.ways, act.now,
    )  # fmt: skip
    yield from (f"{count} told by {way}" for way, count in sorted(told.items()))


def batch_served(act: Act, batch: str, day: str) -> None:
    today = act.now.astimezone(act.stage.shell.settings.zone).date()
    afterwards.mark_done(
        act.session, act.stage.vault, act.library, act.viewer, int(batch), _references(act, batch),
        date.fromisoformat(day), act.now, today,
    )  # fmt: skip


def batch_refused(act: Act, batch: str, reason: str) -> None:
    """Only the case that was named, or the newest."""
    results.mark_refused(act.session, act.stage.vault, act.viewer, int(batch), [act.reference], reason, act.now)


def counts(act: Act, report: str, period: str, out: str | None) -> Iterator[str]:
    """A report, exact for the house, or as it may leave it."""
    service, zone = act.case.service, act.stage.shell.settings.zone
    added = reporting.the_report(act.library, act.viewer, service, report)
    over = reporting.period(added, period, act.now.astimezone(zone).date())
    figures = reporting.count(
        act.session, act.stage.vault, act.library, act.viewer, service, report, over, zone, act.now
    )
    sheet = reporting.to_hand_out(figures, over) if out else reporting.exact(figures, over)
    yield f"{added.plan.title}, {over.first} to {over.last}"
    yield from (f"  {label}: {_figure(figure)}" for label, figure in sheet.rows.items())
    for name, values in sheet.parts.items():
        for value, rows in values.items():
            yield from (f"  {name} {value}, {label}: {_figure(figure)}" for label, figure in rows.items() if figure)
    yield from (f"  {reference} says: {words}" for reference, words in sheet.concerns)


def _figure(figure: float | None) -> str:
    return "hidden" if figure is None else f"{figure:g}"


def lists(act: Act, task: str) -> Iterator[str]:
    """The distribution list of what is collected with a code."""
    for one in collecting.distribution(
        act.session, act.stage.vault, act.library, act.viewer, act.case.service, task, act.now
    ):
        yield f"  {one.area}: {one.reference}, {one.state}, code {one.code or 'to come'}"


def ticks_code(act: Act, code: str, task: str) -> None:
    """Whoever said this code has collected it."""
    service, stage = act.case.service, act.stage
    listed = collecting.distribution(act.session, stage.vault, act.library, act.viewer, service, task, act.now)
    (came,) = (one.task_id for one in listed if one.code == code)
    afterwards.collected(act.session, stage.vault, act.library, act.viewer, service, task, [came], [came], act.now)


def plans_outing(act: Act, day: str, at: str, place: str, places: str, service: str | None, needs: str | None) -> None:
    """An outing; with a service, people can sign up for it with the bot (from the next `==` on)."""
    starts_at = act.moment(day, at)
    more = {"service": service or "", "needs": (needs or "").split()}
    outings.plan(act.session, act.stage.vault, act.viewer, starts_at, place, int(places), None, act.now, **more)


def _outing(act: Act) -> int:
    return act.session.exec(select(OutingRow.id).order_by(col(OutingRow.id).desc()).limit(1)).first() or 0


def puts_on_list(act: Act) -> None:
    vault, outing = act.stage.vault, _outing(act)
    afterwards.add_to_outing(act.session, vault, act.library, act.viewer, outing, [act.reference], act.now)


def ticks_came(act: Act) -> None:
    outings.tick(act.session, act.viewer, _outing(act), [act.reference], [act.reference], act.now)


def writes_hours(act: Act, hours: str) -> None:
    outings.write_hours(act.session, act.viewer, _outing(act), {act.reference: float(hours)}, act.now)


def counts_impact(act: Act) -> Iterator[str]:
    for one in signing.impact(act.session, act.viewer):
        counted = f"{one.outings} outings, {one.signed_up} signed up, {one.came} came, {one.hours:g} hours"
        yield f"{one.service or 'no service'}: {counted}"


def on_duty(act: Act, name: str, day: str, begins: str, ends: str) -> None:
    person, languages = act.stage.viewers[name].person_id, ()
    duty.add(act.session, act.viewer, person, act.moment(day, begins), act.moment(day, ends), languages, act.now)


SENTENCES: Sentences = (
    (r"exports (?P<export>\w+)(?P<form> as a bundle)?", exports),
    (f"batch (?P<batch>\\d+) has the date {DATE}", batch_dated),
    (r"batch (?P<batch>\d+) was served (?P<day>[\d-]+)", batch_served),
    (r'batch (?P<batch>\d+) was refused because "(?P<reason>.+)"', batch_refused),
    ("counts the impact", counts_impact),
    (r"counts (?P<report>\w+) (?P<period>[\w-]+)(?P<out> to hand out)?", counts),
    (r"lists (?P<task>\w+)", lists),
    (r"ticks code (?P<code>\d{4}) of (?P<task>\w+)", ticks_code),
    (
        r"plans an outing (?P<day>[\d-]+) (?P<at>[\d:]+) at (?P<place>[^,]+), (?P<places>\d+) places"
        r"(?:, to sign up for (?P<service>\w+))?(?:, asking for (?P<needs>[\w ]+))?",
        plans_outing,
    ),
    (r"puts her on its list", puts_on_list),
    ("ticks that she came", ticks_came),
    (r"writes down (?P<hours>[\d.]+) hours", writes_hours),
    (r"puts (?P<name>\w+) on duty (?P<day>[\d-]+) (?P<begins>[\d:]+) to (?P<ends>[\d:]+)", on_duty),
)
