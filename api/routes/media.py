"""A voice note or a picture of a worker, to be heard or seen in the case: opened in memory, kept nowhere."""

import re

from fastapi import APIRouter, Request, Response

from api.media import opening
from api.routes.doors import Desk, Looking

router = APIRouter()
_RANGE = re.compile(r"bytes=(\d{1,9})-(\d{0,9})")
SHOWN = ("audio/", "image/", "video/")
"""Kinds that a page plays or shows; anything else can only be saved."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Accept-Ranges": "bytes",
}


@router.get("/cases/{reference}/media/{media_id}")
async def the_file(request: Request, shell: Desk, viewer: Looking, reference: str, media_id: int) -> Response:
    """The bytes, or the part of them that a player asks for."""
    now = shell.clock()
    content = await shell.db.write(
        lambda session: opening.open_media(session, shell.vault, viewer, reference, media_id, now)
    )
    kind = opening.type_of(content)
    headers = HEADERS if kind.startswith(SHOWN) else {**HEADERS, "Content-Disposition": "attachment"}
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if not asked:
        return Response(content, media_type=kind, headers=headers)
    start, end = int(asked[1]), min(int(asked[2] or len(content)), len(content) - 1)
    if start > end:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{len(content)}"})
    part = {**headers, "Content-Range": f"bytes {start}-{end}/{len(content)}"}
    return Response(content[start : end + 1], 206, media_type=kind, headers=part)
