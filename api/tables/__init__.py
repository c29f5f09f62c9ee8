"""Every table: what is readable by the server is a plain column, everything else is a `box`.

A `box` is ciphertext from `vault`. docs/privacy.md says of each column who may open it and when it dies.
"""

from api.tables.alerts import AddressCode, Alert, Duty, StaffAddress
from api.tables.calls import Call, OnCall
from api.tables.cases import Batch, BatchCase, CaseRow, Item
from api.tables.casework import CaseApart, PairRow, Phrase
from api.tables.following import FollowUpRow
from api.tables.going import NoticeToMany, OfferRow, OutingCase, OutingRow
from api.tables.heard import Heard
from api.tables.inbox import MailApart, MessageApart, PortalSender, StrayFile, StrayMail
from api.tables.intakes import IntakeRow
from api.tables.keys import metadata
from api.tables.mail import MailAddress, MailFileRow, MailMessage
from api.tables.media import MediaRow
from api.tables.people import Audit, CaseShare, Invitation, Person, SignIn, Team, TrailEnd
from api.tables.pool import NumberAlarm, NumberWait, PortalRefusal, SelfTest, WindowTurn
from api.tables.proxies import AppointmentRow, CodeWindow, Lease, Number, PortalMessage
from api.tables.reaching import NoticeRow, SilenceRow, SlipRow, SlipTry
from api.tables.rules import DeskRule, Setting
from api.tables.sims import SimRow
from api.tables.talk import ChatMessage, Clock, DraftRow, Lane, ReplyRow, Seen, Shredding, Unhandled
from api.tables.tally import Tally
from api.tables.tasks import TaskRow
from api.tables.training import LanguageReview, Passed

__all__ = [
    "AddressCode",
    "Alert",
    "AppointmentRow",
    "Audit",
    "Batch",
    "BatchCase",
    "Call",
    "CaseApart",
    "CaseRow",
    "CaseShare",
    "ChatMessage",
    "Clock",
    "CodeWindow",
    "DeskRule",
    "DraftRow",
    "Duty",
    "FollowUpRow",
    "Heard",
    "IntakeRow",
    "Invitation",
    "Item",
    "Lane",
    "LanguageReview",
    "Lease",
    "MailAddress",
    "MailApart",
    "MailFileRow",
    "MailMessage",
    "MediaRow",
    "MessageApart",
    "NoticeRow",
    "NoticeToMany",
    "Number",
    "NumberAlarm",
    "NumberWait",
    "OfferRow",
    "OnCall",
    "OutingCase",
    "OutingRow",
    "PairRow",
    "Passed",
    "Person",
    "Phrase",
    "PortalMessage",
    "PortalRefusal",
    "PortalSender",
    "ReplyRow",
    "Seen",
    "SelfTest",
    "Setting",
    "Shredding",
    "SignIn",
    "SilenceRow",
    "SimRow",
    "SlipRow",
    "SlipTry",
    "StaffAddress",
    "StrayFile",
    "StrayMail",
    "Tally",
    "TaskRow",
    "Team",
    "TrailEnd",
    "Unhandled",
    "WindowTurn",
    "metadata",
]
