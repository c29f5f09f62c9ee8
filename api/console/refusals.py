"""What a person is told when she asks for what cannot be done: one sentence a code, in the console's source language.

What may not be seen is refused in the very words of what does not exist.
"""

from flows.language import t

ABSENT = t("This page does not exist, or it is not yours to see.")
UNKNOWN = t("That cannot be done now. Look again how things stand.")
SENTENCES: dict[str, str] = {
    "not_found": ABSENT,
    "no_such_card": ABSENT,
    "no_such_case": ABSENT,
    "no_such_message": ABSENT,
    "no_such_number": ABSENT,
    "no_such_person": ABSENT,
    "no_such_task": ABSENT,
    "no_such_intake": ABSENT,
    "no_such_notice": ABSENT,
    "never_write": t("The worker asked us never to write first. Make it a task to tell it by voice instead."),
    "telling_words": t("The place has a word in it that may not stand on the worker’s phone. Write it in other words."),
    "said_nothing": t("Ask for the date, and write down the one that you hear."),
    "said_another_date": t("That is another date. Say it once more, and ask again."),
    "already_claimed": t("Somebody else was faster and has taken this case."),
    "hands_full": t("You have as many cases as one person should have. Close one, or hand one over."),
    "opened_many": t("You have opened very many cases within an hour. Wait a little, or ask a coordinator."),
    "locks_changed": t("Somebody was removed at this very moment, and all locks were changed. Try again."),
    "no_such_state": t("That cannot become of this task. Look again how it stands."),
    "no_such_colleague": t("Choose a colleague who can sign in."),
    "colleague_untrained": t("Your colleague has to learn this service first: its cards and quiz are under Training."),
    "bad_date": t("That day cannot be. Choose one from tomorrow on, within three months."),
    "bad_rule": t("That number cannot be. Choose one from 0 to 1000."),
    "no_reason": t("Say why it is changed."),
    "not_trained": t("Read the cards of this service and answer its quiz first. It takes five minutes."),
    "no_such_service": ABSENT,
    "reviewer_missing": t("Write who has read it, in sixty letters at most."),
    "changed_meanwhile": t("The texts have changed meanwhile. Have them read once more."),
    "not_claimed": t("Nobody has taken this case, so nothing can be done in it yet."),
    "no_lease": t("This case has no number. Lend one first."),
    "no_free_number": t("Every number has as many people as the portal accepts. A coordinator can add one."),
    "not_your_turn": t("Others wait for this number. Wait for your turn."),
    "window_taken": t("Another case expects a code on this number just now. Try again in a few minutes."),
    "number_quiet": t("A late code for another case may still come to this number. Try again in a few minutes."),
    "code_gone": t("This code was wiped because its time was over. Expect another one."),
    "never_lent": t("That case never had the number on which this message arrived."),
    "already_answered": t("The portal was answered already."),
    "cannot_answer": t("We cannot answer from here. Answer on the telephone itself, and say here that you have."),
    "has_appointment": t("An appointment was made of this message, so it stays with its case."),
    "appointment_past": t("That day is over. Look at the date once more."),
    "another_reference": t("That is another reference. Look whether it is this case."),
    "bad_handle": t("That is no handle. Write it as Telegram shows it: @ and five letters or figures at least."),
    "bad_emergency": t("That cannot be called. Write figures only."),
    "bad_number": t("That is no telephone number. Write it with its country: +961 70 123 456."),
    "number_is_channel": t("The bot already writes to people from this number, so it cannot be lent."),
    "no_address": t("No e-mail address is lent to this case."),
    "number_is_proxy": t("This number is lent to portals, so the bot cannot write from it."),
    "no_such_sim": ABSENT,
    "sms_incomplete": t("Say to which number it came, from whom, and what it says."),
    "bad_time": t("That is no time in the past. Write when the phone received it."),
    "impossible": t("Something failed on our side. Try again; if it stays so, tell a coordinator."),
    "incomplete": t("Something in that form was missing or too long. Go back and look once more."),
    "too_long": t("That is too long. Send it in two parts."),
    "no_such_export": ABSENT,
    "unknown_form": t("Choose an Excel or a CSV file."),
    "already_exported": t("All that could go was sent before. Tick the box to send it again."),
    "nothing_to_export": t("There is nobody to export: close a case of somebody who agreed to it first."),
    "she_said_stop": t("She asked us not to write until she writes again."),
    "no_chat": t("The bot has no chat with this worker, who came to the desk. Call, or say it at the next meeting."),
    "no_number_to_call": t("There is no number in this case that could be called."),
    "call_failed": t("The call could not be placed. Try again in a minute."),
    "empty": t("There was nothing to send."),
    "not_ready": t("It is not ready yet. Look again in a moment."),
    "no_such_batch": ABSENT,
    "bad_day": t("That day is still to come."),
    "nobody_ticked": t("Tick at least one case."),
    "reason_missing": t("Say why, in a few words."),
    "no_answer_to_undo": t("Nothing was marked there."),
    "closed": t("This case is closed."),
    "not_closed": t("This case is not closed."),
    "unknown_reason": t("Choose one of the reasons."),
    "not_in_language": t("This service is not offered in that language."),
    "unknown_portal": t("No portal of that name is known here."),
    "name_missing": t("A name is needed, of sixty letters at most."),
    "name_taken": t("Somebody already has this name. Choose another one."),
    "role_unknown": t("Choose whether it is a volunteer, a trainee or a coordinator."),
    "no_such_shift": ABSENT,
    "no_such_offer": ABSENT,
    "no_such_outing": ABSENT,
    "no_such_day": t("It ends after it begins, within a day, and not in the past."),
    "already_taken": t("Somebody else goes along already."),
    "too_late": t("Its time is over. Say whether the worker is home."),
    "no_place_left": t("All places of this outing are taken."),
    "texts_missing": t("A text is missing in one of the languages of those who would get it."),
    "nobody_to_tell": t("Nobody would get this."),
    "no_such_time": t("A shift ends after it begins, within a day, and not in the past."),
    "not_yours": t("Only who has taken the case can share it."),
    "second_coordinator": t("Before the first case is taken, there must be two coordinators."),
    "no_invitation": t("This link was used, taken back, or is older than three days. Ask for a new one."),
    "weak_passphrase": t("Use at least six different words from the list: the six that are shown, or others of ours."),
    "not_her_passphrase": t("That is not your passphrase."),
    "wrong_code": t("That is not the code, or it was used before. Wait for the next one."),
    "signed_out": t("That took too long. Sign in again."),
    "last_coordinator": t("This is the last coordinator. Add another one first."),
    "too_many_tries": t("That was wrong too often."),
    "too_many_codes": t("Three codes were sent within an hour. Wait a little, or link the address by the bot."),
    "busy": t("Too many people are signing in just now. Try again in a minute."),
    "wrong_passphrase": t("That name and that passphrase do not belong together."),
}
TITLES: dict[int, str] = {
    404: t("There is nothing here"),
    410: t("It is gone"),
    422: t("That did not fit"),
}
TITLE = t("That cannot be done now")


def refusal(code: str) -> str:
    """The sentence for the code of an `api.errors.Refused`."""
    return SENTENCES.get(code, UNKNOWN)


def title(status: int) -> str:
    """The headline over that sentence, by HTTP status."""
    return TITLES.get(status, TITLE)
