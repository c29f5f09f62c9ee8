"""The rival: python-telegram-bot as its own documentation teaches it, by somebody who knows it.

ConversationHandler and PicklePersistence with its default interval of 60 seconds, behind the custom webhook of PTB's
examples (Starlette on uvicorn), with uvloop and httptools as a gift.
"""

import asyncio
import signal
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import ReplyKeyboardMarkup, ReplyKeyboardRemove, Update
from telegram.ext import (
    Application,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

from tests.benchmarks.script import AGAIN, CONFIRM, DONE, QUESTIONS, READERS, STOPPED, review

Context = ContextTypes.DEFAULT_TYPE
KEYBOARDS = tuple(
    ReplyKeyboardMarkup.from_column(list(question.choices.values()), one_time_keyboard=True)
    if question.choices
    else ReplyKeyboardRemove()
    for question in QUESTIONS
)


async def ask(update: Update, context: Context, position: int, before: str = "") -> int:
    """Ask a question and wait for its answer."""
    question = QUESTIONS[position]
    prompt = review(context.user_data["draft"].values()) if question is CONFIRM else question.prompt
    await update.message.reply_text(before + prompt, reply_markup=KEYBOARDS[position])
    return position


async def start(update: Update, context: Context) -> int:
    """Begin a registration."""
    context.user_data["draft"] = {}
    return await ask(update, context, 0)


async def finish(update: Update, context: Context, confirmed: bool) -> int:
    """Keep the registration, or drop it."""
    draft = context.user_data.pop("draft")
    if confirmed:
        context.user_data.setdefault("registrations", []).append(draft)
    await update.message.reply_text(DONE if confirmed else STOPPED, reply_markup=ReplyKeyboardRemove())
    return ConversationHandler.END


def taker(position: int) -> Any:
    """The callback that takes the answer to one question."""
    question, read = QUESTIONS[position], READERS[position]

    async def take(update: Update, context: Context) -> int:
        value = read(update.message.text)
        if value is None:
            return await ask(update, context, position, f"{AGAIN}\n")
        if question is CONFIRM:
            return await finish(update, context, value == "yes")
        context.user_data["draft"][question.name] = value
        return await ask(update, context, position + 1)

    return take


def conversation(*, persistent: bool) -> ConversationHandler[Any]:
    """The thirteen states."""
    text = filters.TEXT & ~filters.COMMAND
    return ConversationHandler(
        entry_points=[CommandHandler("start", start)],
        states={position: [MessageHandler(text, taker(position))] for position in range(len(QUESTIONS))},
        fallbacks=[CommandHandler("start", start)],
        name="registration" if persistent else None,
        persistent=persistent,
    )


def webhook(application: Application[Any, Any, Any, Any, Any, Any], secret: str) -> Starlette:
    """The route of PTB's custom webhook example, with the secret checked."""

    async def telegram(request: Request) -> Response:
        if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != secret:
            return Response(status_code=HTTPStatus.FORBIDDEN)
        await application.update_queue.put(Update.de_json(await request.json(), application.bot))
        return Response()

    return Starlette(routes=[Route("/webhooks/telegram", telegram, methods=["POST"])])


async def main(port: int, api_port: int, folder: Path, token: str, secret: str) -> None:
    """Serve until told to stop."""
    application = (
        Application.builder()
        .token(token)
        .base_url(f"http://127.0.0.1:{api_port}/bot")
        .persistence(PicklePersistence(folder / "ptb.pickle"))
        .updater(None)
        .build()
    )
    application.add_handler(conversation(persistent=True))
    # uvicorn raises SIGTERM again after its own stop; ignored, the lines after `serve` run and the pickle is written.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server = uvicorn.Server(
        uvicorn.Config(webhook(application, secret), port=port, access_log=False, log_level="warning")
    )
    async with application:
        await application.start()
        await server.serve()
        await application.stop()


def kept(folder: Path) -> dict[int, list[dict[str, str]]]:
    """The registrations in the pickle, by chat (in a private chat the user has the same number)."""
    path = folder / "ptb.pickle"
    users = asyncio.run(PicklePersistence(path).get_user_data()) if path.exists() else {}
    return {user: data["registrations"] for user, data in users.items() if "registrations" in data}


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], sys.argv[5]))
