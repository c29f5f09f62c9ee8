"""What is called how on the pages of numbers, in the console's source language."""

from flows.language import t

GATEWAYS: dict[str, str] = {
    "simulator": t("The simulator"),
    "twilio": t("Twilio"),
    "smsgate": t("An Android phone with SMSGate"),
    "httpsms": t("An Android phone with httpSMS"),
    "cht": t("An Android phone with cht-gateway"),
    "typed": t("Somebody types them in"),
}
NUMBER_STATES: dict[str, str] = {
    "reserved": t("Set aside"),
    "active": t("In use"),
    "draining": t("Runs out: lent to nobody new"),
    "cooling": t("Rests"),
    "retired": t("Retired"),
    "lost": t("Lost"),
}
TESTS: dict[str, str] = {
    "sent": t("on its way"),
    "arrived": t("arrived"),
    "late": t("came much too late"),
    "lost": t("did not arrive"),
    "unsent": t("was not sent"),
}
WAYS: dict[str, str] = {
    "channel": t("The bot can write to the worker"),
    "trusted": t("Through a person whom the worker trusts"),
    "none": t("No phone: somebody must go or call"),
}
