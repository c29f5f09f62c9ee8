"""E-mails as they travel, byte by byte: what portals, phones and list servers really send, and what breaks parsers."""

import base64
import quopri
from email import policy
from email.message import EmailMessage

TO = "nabekumosi47@mail.example.org"
PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\n" + bytes(range(256)) * 4
IN_ARABIC = "رمز الدخول الخاص بك هو 482913. صالح لمدة 10 دقائق."


def plain(text: str, *, to: str = TO, subject: str = "Your code", message_id: str = "<1@moph.example>") -> bytes:
    """The plainest of all messages, in ASCII."""
    head = f"From: Ministry of Health <no-reply@moph.example>\r\nTo: {to}\r\nSubject: {subject}\r\n"
    dated = f"Date: Tue, 24 Nov 2026 11:00:00 +0200\r\nMessage-ID: {message_id}\r\n"
    return f"{head}{dated}MIME-Version: 1.0\r\n\r\n{text}\r\n".encode()


def delivered(raw: bytes, to: str = TO) -> bytes:
    """The same as a mail server puts it into a catch-all mailbox: with the way it took above it."""
    trace = (
        f"Return-Path: <bounce@moph.example>\r\nDelivered-To: catchall@example.org\r\nX-Original-To: {to}\r\n"
        "Received: from out.moph.example (out.moph.example [192.0.2.7])\r\n\tby mx.example.org (Postfix) with ESMTPS "
        f"id 4F2A\r\n\tfor <{to}>; Tue, 24 Nov 2026 09:00:01 +0000 (UTC)\r\n"
    )
    return trace.encode() + raw


def alternative() -> bytes:
    """Plain text and HTML side by side, quoted-printable and base64, with a picture that wants to be fetched."""
    html = (
        "<html><head><style>p{color:red}</style><title>x</title><body><script>track()</script>"
        '<img src="https://track.example/open.gif?id=1" alt=""><p>Your code is <b>482913</b>.</p>'
        '<p><a href="https://portal.example/confirm?t=abc">Confirm</a></p>'
    )
    body = base64.encodebytes(html.encode()).decode().replace("\n", "\r\n")
    return (
        f"From: =?utf-8?B?{base64.b64encode('وزارة الصحة'.encode()).decode()}?= <no-reply@moph.example>\r\n"
        f"To: <{TO}>\r\n"
        "Subject: =?windows-1256?B?" + base64.b64encode("رمز الدخول".encode("cp1256")).decode() + "?=\r\n"
        "Message-ID: <2@moph.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="b1"\r\n\r\nThis is a multi-part message.\r\n--b1\r\n'
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + quopri.encodestring("Votre code est 482913.\nÀ bientôt".encode()).decode().replace("\n", "\r\n")
        + "\r\n--b1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + body
        + "\r\n--b1--\r\n"
    ).encode()


def in_windows_1256() -> bytes:
    """Arabic as old systems of ministries write it: eight bits, in windows-1256."""
    head = f"From: no-reply@moph.example\r\nTo: {TO}\r\nSubject: code\r\nMessage-ID: <3@moph.example>\r\n"
    kind = (
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=windows-1256\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return (head + kind).encode() + IN_ARABIC.encode("cp1256") + b"\r\n"


def only_html(html: str) -> bytes:
    """A message without any plain text."""
    head = f"From: a@b.example\r\nTo: {TO}\r\nSubject: hello\r\nMessage-ID: <4@b.example>\r\nMIME-Version: 1.0\r\n"
    return f"{head}Content-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n".encode()


def with_files(*files: tuple[str, str, bytes], to: str = TO, text: str = "Your appointment is attached.") -> bytes:
    """A message with files: (name, type, content)."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"], message["Subject"] = "no-reply@moph.example", to, "Appointment"
    message["Message-ID"] = "<5@moph.example>"
    message.set_content(text)
    for name, kind, content in files:
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


MALFORMED: dict[str, bytes] = {
    "no blank line": f"From: a@b.example\r\nTo: {TO}\r\nSubject".encode(),
    "unknown charset": f"To: {TO}\r\nContent-Type: text/plain; charset=klingon-8\r\n\r\ncode 482913".encode(),
    "broken base64": f"To: {TO}\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!Y29k=ZSA0ODI5MTM".encode(),
    "a part that never ends": f'To: {TO}\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n\r\n'.encode(),
    "a boundary that never comes": f'To: {TO}\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\nnothing'.encode(),
    "no boundary": f"To: {TO}\r\nContent-Type: multipart/mixed\r\n\r\nnothing".encode(),
    "a subject in no charset": f"To: {TO}\r\nSubject: =?klingon?Q?=ff=fe?= \xff\r\n\r\nhello".encode("latin-1"),
    "raw bytes in the head": b"From: \xe3\xd1\xcd\xc8\xc7 <a@b.example>\r\nTo: "
    + TO.encode()
    + b"\r\n\r\n\xe3\xd1\r\n",
    "an address that breaks the parser": f'From: <@\r\nTo: {TO}, <<>>, @, "\r\nReply-To: [\r\n\r\nx'.encode(),
    "a file without a name": f"To: {TO}\r\nContent-Type: application/pdf\r\n\r\n%PDF".encode(),
    "nothing but an address": f"To: {TO}".encode(),
    "bare line feeds": f"To: {TO}\nSubject: x\n\ncode 482913\n".encode(),
    "NULs": f"To: {TO}\r\nSubject: a\x00b\r\n\r\nc\x00d".encode(),
}
