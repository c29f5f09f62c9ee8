"""What volunteers often write: neutral whoever reads the phone, and ready in every language that we speak."""

from flows.language import t

PHRASES: dict[str, str] = {
    "hello": t("Hello. This is one of the helpers you wrote to."),
    "thanks": t("Thank you. We have your answer."),
    "working": t("We are working on it. You do not need to do anything now."),
    "waiting": t("We are waiting for an answer. We write as soon as there is one."),
    "when_call": t("May we call you? At what time is it good?"),
    "missed": t("We tried to reach you. When is a good time?"),
    "photo": t("Please send a photo of it, if it is safe for you."),
    "where": t("Where are you? A street or a place nearby is enough."),
    "understood": t("We did not understand. Could you say it in other words?"),
    "voice": t("You can also send a voice message."),
    "safe": t("Are you safe just now? Answer 1 for yes, 2 for no."),
    "later": t("If you cannot write now, write later. Nothing is lost."),
    "delete": t("You can delete these messages at any time."),
    "bye": t("Take care. Write to us whenever you want."),
}
"""By a name of ours, in the order in which they are offered."""
