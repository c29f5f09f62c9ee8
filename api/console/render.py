"""Turns a template and its values into a page; one cached Jinja environment a language."""

import re
from datetime import tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape

from api.console.names import action, role
from api.console.refusals import refusal
from api.console.words import LANGUAGES, catalogue, comma_of, direction, formats, own_name
from api.staff import alerts

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
"""The field in which each form carries the token of its session."""
_POSTS = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*>')


@cache
def environment(language: str, zone: tzinfo) -> Environment:
    """Jinja for one language and time zone: escapes everything, and refuses a name that nobody set."""
    jinja = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = catalogue(language)
    jinja.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    jinja.filters.update(formats(language, zone), direction=direction)
    jinja.globals.update(
        lang=language,
        dir=direction(language),
        comma=comma_of(language),
        languages=[(code, own_name(code)) for code in LANGUAGES],
        refusal=lambda code: words.gettext(refusal(code)),
        action=lambda code: words.gettext(action(code)),
        role=lambda code: words.gettext(role(code)),
        alert=lambda kind: words.gettext(alerts.words_of(kind)),
    )
    return jinja


def render(template: str, language: str, zone: tzinfo, **values: Any) -> str:
    """The page as HTML text. Raises jinja2.UndefinedError when the template wants a value that is not given."""
    return environment(language, zone).get_template(template).render(values)


def with_token(html: str, token: str) -> str:
    """The page with this token in each form that changes something, so that no template can forget it."""
    if not token:
        return html
    field = f'<input type="hidden" name="{FORM_TOKEN}" value="{escape(token)}">'
    return _POSTS.sub(lambda form: form[0] + field, html)
