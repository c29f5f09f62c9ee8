"""What codes are called on the pages, in the console's source language."""

from flows.language import t

ACTIONS: dict[str, str] = {
    "case.claim": t("took the case"),
    "case.assist": t("filled in the form with the worker"),
    "case.release": t("put the case back"),
    "case.close": t("closed the case"),
    "case.reopen": t("opened the case again"),
    "case.see": t("read the case"),
    "case.number": t("saw the number to call"),
    "desk.set": t("changed who runs this deployment"),
    "service.on": t("switched a service on"),
    "service.off": t("switched a service off"),
    "case.names": t("asked for names, numbers and health"),
    "case.note": t("added a note"),
    "case.write": t("wrote to the worker"),
    "case.edit": t("changed an answer"),
    "case.ask": t("had the bot ask one question"),
    "case.amend": t("the worker answered one question"),
    "case.search": t("searched for somebody"),
    "case.same": t("said that two cases are one person’s"),
    "case.apart": t("said that two cases are two people’s"),
    "case.pair": t("brought the case together with another one"),
    "case.unpair": t("took the case apart from another one"),
    "case.card": t("sent a card to the worker"),
    "case.invite": t("invited the one who wrote to the desk"),
    "phrase.add": t("added a phrase"),
    "phrase.remove": t("removed a phrase"),
    "call.begin": t("called the worker"),
    "call.duty": t("takes calls"),
    "offer.make": t("asked for somebody to go along"),
    "offer.take": t("goes along"),
    "offer.see": t("read whom to meet and where"),
    "offer.give_back": t("cannot go along after all"),
    "offer.withdraw": t("asked for nobody to go along any more"),
    "offer.home": t("said that the worker is home"),
    "outing.make": t("planned an outing"),
    "outing.see": t("read the list of an outing"),
    "outing.add": t("put the case on an outing"),
    "outing.drop": t("took the case off an outing"),
    "outing.sign_up": t("the worker signed up for an outing"),
    "outing.hours": t("wrote down the hours of an outing"),
    "outing.came": t("ticked that the worker came"),
    "outing.stayed": t("ticked that the worker did not come"),
    "notice.send": t("had many told"),
    "notice.stop": t("stopped what many were to be told"),
    "task.done": t("did a task"),
    "task.see": t("read what to tell the worker"),
    "task.could_not": t("could not do a task"),
    "task.hand": t("handed a task over"),
    "case.tell": t("had the worker told"),
    "case.untell": t("took back what the worker was told"),
    "slip.make": t("made a slip"),
    "slip.lock": t("a slip was locked after five wrong codes"),
    "task.dropped": t("dropped a task"),
    "case.hand_over": t("handed the case over"),
    "case.escalate": t("asked those on duty for help"),
    "case.calm": t("the help has come"),
    "case.snooze": t("let the case rest"),
    "case.wake": t("woke the case"),
    "case.return": t("the case went back to the queue, because nothing was done in it"),
    "training.pass": t("passed a quiz"),
    "language.review": t("said who has read a language"),
    "language.unreview": t("took back that a language was read"),
    "rule.set": t("set a rule of the desk"),
    "case.forget": t("made the case unreadable for ever"),
    "mail.lend": t("lent an e-mail address"),
    "mail.expect": t("expected a code by e-mail"),
    "mail.end": t("took an e-mail address back"),
    "file.open": t("opened a file"),
    "lease.lend": t("lent a number"),
    "lease.end": t("took a number back"),
    "lease.wait": t("put the case in the line for a number"),
    "lease.refused": t("said that the portal refused the number"),
    "lease.keep": t("said until when the number stays with the case"),
    "window.wait": t("put the case in the line for a code"),
    "window.open": t("expected a code"),
    "window.cancel": t("stopped expecting a code"),
    "code.read": t("read a code"),
    "code.wipe": t("wiped a code"),
    "appointment.confirm": t("kept an appointment"),
    "number.add": t("added a number"),
    "number.state": t("changed what a number is used for"),
    "number.describe": t("changed what is known of a number"),
    "number.lost": t("said that a SIM is lost"),
    "number.accepted": t("said that a portal takes a number again"),
    "number.channel": t("let workers write to a number"),
    "number.end": t("used a number no more"),
    "sim.assign": t("said which number a SIM is"),
    "sim.drop": t("forgot where a SIM is"),
    "message.type": t("typed in an SMS"),
    "batch.preview": t("looked at what could be exported"),
    "batch.export": t("made a file"),
    "batch.see": t("looked at a batch"),
    "batch.names": t("saw the names of a batch"),
    "batch.answer": t("marked what the recipient answered"),
    "batch.undo": t("took back what the recipient answered"),
    "task.doing": t("began a task"),
    "task.ready": t("made something ready to be collected"),
    "task.refused": t("said that the worker does not want it"),
    "codes.list": t("looked at a list of collection codes"),
    "report.count": t("had a report added up"),
    "month.count": t("had a month counted"),
    "case.keep": t("had the case kept longer"),
    "person.code": t("had a code sent to a number"),
    "person.link": t("linked an address for alerts"),
    "person.unlink": t("took back the address for alerts"),
    "person.sign_in": t("signed in"),
    "person.change": t("changed the passphrase"),
    "person.add": t("added a person"),
    "person.renew": t("gave a new passphrase"),
    "person.invite": t("invited a person"),
    "person.uninvite": t("took an invitation back"),
    "person.prolong": t("prolonged an account"),
    "person.describe": t("changed what a person may and can do"),
    "factor.set_up": t("set up a second factor"),
    "factor.demand": t("demanded a second factor"),
    "factor.spare": t("no longer demands a second factor"),
    "factor.reset": t("took away a second factor"),
    "case.share": t("let a trainee read along"),
    "case.unshare": t("lets a trainee read along no more"),
    "duty.add": t("put somebody on the roster"),
    "duty.remove": t("took a shift off the roster"),
    "person.remove": t("removed a person"),
    "message.list": t("looked at messages without a case"),
    "message.assign": t("gave a message to the case"),
    "message.nobody": t("said that a message is for nobody"),
    "message.apart": t("said that a message is not for the case"),
    "message.together": t("took back that a message is not for the case"),
    "sender.accept": t("accepted a sender of a portal"),
    "sender.drop": t("accepts a sender of a portal no more"),
    "message.back": t("put a message back into the inbox"),
    "message.answer": t("answered the portal"),
    "unhandled.list": t("looked at messages that the bot could not read"),
    "unhandled.settle": t("was done with a message that the bot could not read"),
}
RESULTS: dict[str, str] = {
    "": t("No answer yet"),
    "appointment": t("Appointment"),
    "refused": t("Refused"),
    "done": t("Done"),
}
"""What the recipient of a batch answered."""
HELD: dict[str, str] = {
    "unread": t("Something in it is unread"),
    "task": t("A task is open"),
    "fresh": t("Something came in lately"),
}
"""By what a case is kept from being forgotten."""
WORKS: dict[str, str] = {
    "month": t("The month is counted"),
    "export": t("The file is made"),
    "relock": t("Every case is locked anew"),
    "answer": t("The answers are marked, and the workers told"),
}
"""What goes on while somebody waits."""
ROLES: dict[str, str] = {
    "volunteer": t("Volunteer"),
    "trainee": t("Trainee"),
    "coordinator": t("Coordinator"),
}
SKILLS: dict[str, str] = {
    "medical": t("Medical"),
    "legal": t("Legal"),
    "listening": t("Listening"),
    "children": t("Children"),
    "violence": t("Violence"),
    "papers": t("Papers and portals"),
    "accompany": t("Going along"),
    "driving": t("Driving"),
    "errands": t("Fetching and bringing"),
    "from_home": t("From home, by phone or computer"),
    "signing": t("Sign language"),
    "teaching": t("Teaching"),
    "computers": t("Computers and phones"),
}
"""What somebody can do that not everybody can; a case may ask for one by its code."""
REASONS: dict[str, str] = {
    "done": t("It is done"),
    "referred": t("Somebody else helps now"),
    "unreachable": t("The worker cannot be reached"),
    "withdrawn": t("The worker does not want it any more"),
    "duplicate": t("It is here twice"),
    "other": t("Another reason"),
}
LEFT_OUT: dict[str, str] = {
    "still_open": t("Its case is not closed yet."),
    "withdrawn": t("The worker does not want it any more."),
    "duplicate": t("It is here twice."),
    "no_consent": t("The worker has not agreed to it."),
    "consent_outdated": t("The worker agreed to a shorter list than today’s. Ask once more."),
    "already_exported": t("It was sent before."),
}
NOTICES: dict[str, str] = {
    "sent": t("not read yet"),
    "late": t("not read in time: a task"),
    "read": t("read"),
    "told": t("told, and the date said back"),
    "cancelled": t("taken back"),
}
VIA: dict[str, str] = {
    "channel": t("to the worker’s phone"),
    "trusted": t("to the person whom the worker trusts"),
    "task": t("by one of us"),
}
WHY: dict[str, str] = {
    "no_phone": t("The worker has no phone."),
    "never": t("The worker asked us never to write first."),
    "unasked": t("The worker was not asked whether we may write to this phone."),
    "stop": t("Somebody sent STOP from that phone and has not written since."),
    "no_way": t("We have no number from which we could write to that phone."),
}
LIKENESS: dict[str, str] = {
    "reference": t("Number"),
    "document": t("Number on a paper"),
    "name": t("Name"),
    "birth": t("Year of birth"),
    "phone": t("Telephone number"),
    "chat": t("Writes from the same phone"),
}
"""What is alike in two cases, or fits whom is searched for."""
MEDIA: dict[str, str] = {
    "answer": t("the answer to a question that we asked: see the answers"),
    "voice": t("a recording"),
    "photo": t("a picture"),
    "document": t("a document"),
    "contact": t("a contact"),
    "location": t("a place on the map"),
}
MESSAGES: dict[str, str] = {
    "code": t("A login code"),
    "confirmation": t("A confirmation"),
    "appointment": t("An appointment"),
    "reminder": t("A reminder"),
    "answer": t("Wants an answer"),
    "link": t("A link"),
}
SPEAKS_FOR: dict[str, str] = {
    "reference": t("the portal’s reference"),
    "case": t("our own reference"),
    "document": t("the number of the document"),
    "last_digits": t("the last four digits of the document"),
    "birth": t("the date of birth"),
    "name": t("a name that sounds alike"),
    "part_of_name": t("a part of the name"),
    "day": t("the day of the appointment"),
    "window": t("a code was expected for it just then"),
    "address": t("it came to an address that is, or nearly is, this case’s"),
}
STATES: dict[str, str] = {
    "open": t("Waiting"),
    "claimed": t("With a volunteer"),
    "closed": t("Closed"),
}
ESCALATIONS: dict[str, str] = {
    "danger": t("Danger"),
    "medical": t("Medical"),
    "legal": t("Legal"),
    "child": t("A child"),
    "stuck": t("I am stuck"),
}
CALLS: dict[str, str] = {
    "ringing": t("It rings"),
    "connected": t("Connected"),
    "answered": t("Spoke"),
    "busy": t("Busy"),
    "no_answer": t("Nobody answered"),
    "failed": t("The call failed"),
    "missed": t("Nobody could take it"),
}
KEPT: dict[str, str] = {
    "UnknownSim": t("It came to a SIM that nobody knows yet. Say under Numbers which one it is."),
    "UnknownNumber": t("It came to a number that is not among ours. Add it under Numbers."),
    "NoAddress": t("Its sender cannot be answered."),
    "NoSms": t("The phone sent something that is no SMS."),
}
"""Why a message is kept for a person although nothing failed, by what stands in place of the error."""


def action(code: str) -> str:
    """The words for what somebody did; the code itself when there are none yet."""
    return ACTIONS.get(code, code)


def role(code: str) -> str:
    """What somebody does here."""
    return ROLES.get(code, code)
