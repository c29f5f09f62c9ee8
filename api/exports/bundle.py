"""A bundle: one list of everybody, and for each person a folder with her sheet, her pictures and her documents."""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlmodel import col, select

from api.exports.exporting import Sheet
from api.exports.spreadsheet import write_xlsx
from api.keys.vault import Vault
from api.media.keeping import ITEM, media_index
from api.media.opening import type_of
from api.staff.access import id_of, open_key
from api.tables import CaseRow, MediaRow

LIST = "list.xlsx"
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/amr": "amr",
    "video/3gpp": "3gp",
}
"""How a file is called by what it is; anything else is `bin`."""


def write_bundle(sheet: Sheet, cases: Sequence[CaseRow], step: Callable[[int, int], None]) -> bytes:
    """A ZIP with the list and the folders, each called by its reference. Only what the consent covers is in it."""
    made, rows = io.BytesIO(), []
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bundle:
        for done, case in enumerate(cases, start=1):
            rows.append(sheet.row(case))
            first, *cells = zip(sheet.header, rows[-1], strict=True)
            _put(bundle, f"{case.reference}/sheet.xlsx", write_xlsx(first, cells), sheet.now)
            for name, content in _files(sheet, case):
                _put(bundle, f"{case.reference}/{name}", content, sheet.now)
            step(done, len(cases))
        _put(bundle, LIST, write_xlsx(sheet.header, rows), sheet.now)
    return made.getvalue()


def _files(sheet: Sheet, case: CaseRow) -> Iterator[tuple[str, bytes]]:
    """What she sent as the answers that the consent covers: a name by its question, and the bytes."""
    key = open_key(sheet.vault, sheet.viewer, case)
    wanted = {media_index(sheet.vault, case.address_index, one): name for name, one in sheet.media(case).items()}
    kept = select(MediaRow).where(MediaRow.case_id == case.id, MediaRow.state == "kept").order_by(col(MediaRow.id))
    for row in sheet.session.exec(kept):
        if row.media_index in wanted:
            content = key.open(Vault.item_context(id_of(case), ITEM), row.box)
            yield f"{wanted[row.media_index]}.{_ENDINGS.get(type_of(content), 'bin')}", content


def _put(bundle: zipfile.ZipFile, name: str, content: bytes, at: datetime) -> None:
    bundle.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
