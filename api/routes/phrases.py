"""The phrases of the desk, which coordinators write."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.desk import phrases
from api.desk.conversation import LONGEST
from api.routes.doors import Coordinating, Desk, go, language_of, page
from flows.language import own_name
from flows.phrases import PHRASES

router = APIRouter(prefix="/phrases")


@router.get("")
async def the_phrases(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """What volunteers find ready to send: what was written here, and what comes with it."""
    words = shell.library.words(language_of(request, viewer))
    written = await shell.db.read(phrases.phrases)
    ours = [words.t(source) for source in PHRASES.values()]
    tongues = [(one, own_name(one)) for one in shell.library.languages]
    return page(request, "phrases.html", viewer, written=written, ours=ours, tongues=tongues, longest=LONGEST)


@router.post("")
async def add(request: Request, shell: Desk, viewer: Coordinating) -> RedirectResponse:
    """Keep a phrase, in the languages in which it was typed."""
    form, now = await request.form(), shell.clock()
    texts = {language: str(form.get(f"text-{language}", "")) for language in shell.library.languages}
    await shell.db.write(lambda session: phrases.add_phrase(session, viewer, texts, now))
    return go("/phrases?done=described")


@router.post("/{phrase_id}/remove")
async def remove(shell: Desk, viewer: Coordinating, phrase_id: int) -> RedirectResponse:
    """Keep a phrase no longer."""
    now = shell.clock()
    await shell.db.write(lambda session: phrases.remove_phrase(session, viewer, phrase_id, now))
    return go("/phrases?done=described")
