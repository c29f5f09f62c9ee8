"""The files of a case as its volunteer sees them: opened in memory for one request, and written down who did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.errors import Refused
from api.keys.vault import Vault
from api.media.keeping import ITEM, media_index
from api.staff import audit
from api.staff.access import case_to_read, id_of, open_key
from api.staff.people import Viewer
from api.tables import CaseRow, MediaRow
from flows.model import Media

PLAIN = "application/octet-stream"
_BEGINS: tuple[tuple[bytes, str], ...] = (
    (b"OggS", "audio/ogg"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"%PDF-", "application/pdf"),
)


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a case: `kind` as in `Media`, `state` as in `MediaRow`."""

    id: int
    kind: str
    state: str


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a case, to be found by the reference that a message or an answer holds."""

    vault: Vault
    by_index: Mapping[bytes, FileView]

    def of(self, address: bytes, media: Media | None) -> FileView | None:
        """The file that somebody at this address (its index) sent; None when there is none."""
        return self.by_index.get(media_index(self.vault, address, media)) if media else None


def files_of(session: Session, vault: Vault, case: CaseRow) -> Files:
    """The files of a case, unopened."""
    rows = session.exec(select(MediaRow).where(MediaRow.case_id == case.id).order_by(col(MediaRow.id)))
    return Files(vault, {row.media_index: FileView(row.id or 0, row.kind, row.state) for row in rows})


def open_media(session: Session, vault: Vault, viewer: Viewer, reference: str, media_id: int, now: datetime) -> bytes:
    """The bytes of a file, for whoever may read the case. Refused(404, "no_such_message") when it has none such."""
    case = case_to_read(session, viewer, reference)
    row = session.get(MediaRow, media_id)
    hidden = viewer.trainee and row is not None and row.message_id  # who reads along is shown no portal's message
    if row is None or row.case_id != case.id or row.state != "kept" or hidden:
        raise Refused(404, "no_such_message")
    content = open_key(vault, viewer, case).open(Vault.item_context(id_of(case), ITEM), row.box)
    audit.record_visit(session, viewer.person_id, "file.open", reference, now)
    return content


def type_of(content: bytes) -> str:
    """What a file is by its first bytes, whatever its sender called it: a kind that a browser shows, or plain bytes."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp":
        return "video/3gpp" if content[8:11] == b"3gp" else "audio/mp4"
    return next((kind for begin, kind in _BEGINS if content.startswith(begin)), PLAIN)
