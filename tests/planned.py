"""A small service with everything that a case can go through after its intake, for tests."""

from pathlib import Path

from flows.language import load_catalogues
from flows.loader import Library, load_library
from tests.libraries import DESK, ROOT

SERVICE = """
service: work
title: Work
languages: [en, fr]
closing: Thank you. Your number with us is {reference}.
questions:
  - {ask: name, type: name, title: Name, label: What is your name?}
  - ask: needs
    type: many
    title: Needs
    label: What do you need?
    choices: {food: Food, coat: A coat, lawyer: A lawyer, none: Nothing}
    exclusive: [none]
  - ask: phone
    type: choice
    title: Phone
    label: Whose phone is this?
    choices: {this: Mine, none: I have none}
  - ask: phone_safe
    type: choice
    title: Writing first
    label: May we write to you?
    choices: {always: Yes, never: No}
  - {ask: talk, type: choice, title: Call, label: Shall we call you?, choices: {yes: "Yes", no: "No"}}
  - {ask: starts, type: date, title: First day, label: When do you begin?, optional: true, coming: true}
  - {ask: area, type: choice, title: Area, label: Where?, choices: {north: North, south: South}}
  - {ask: visits, type: number, title: Visits, label: How many visits?}
  - {ask: worry, type: text, title: Worry, label: What worries you?, optional: true}
  - ask: still
    type: choice
    later: true
    title: Still there
    label: Do you still work there?
    choices: {yes: "Yes", no: "No"}
  - ask: paid
    type: choice
    later: true
    relevant: ${still} = 'yes'
    title: Paid
    label: Were you paid?
    choices: {yes: "Yes", no: "No"}
  - ask: share_office
    type: consent
    title: To the office
    recipient: office
    items: [name, needs]
    label: "May we give these to the office: {items}?"
    choices: {yes: "Yes", no: "No"}
case:
  route: [area]
  call: ${talk} = 'yes'
  call_within: 30 minutes
  tasks:
    - {task: food, title: Food parcel, when: "selected(${needs}, 'food')", due: 3 days, code: true}
    - {task: lawyer, title: Talk to a lawyer, when: "selected(${needs}, 'lawyer')", due: 2 days, skill: legal}
    - {task: visit, title: First visit, due: 1 week}
  follow_ups:
    - follow_up: check
      after: answer.starts
      in: 30 days
      window: 7 days
      every: 30 days
      times: 6
      ask: [still, paid]
      alarm: ${still} = 'no' or ${paid} = 'no'
      missed: alarm
    - {follow_up: thanks, after: follow_up.check, in: 1 hour, when: "${paid} = 'yes'", say: Good to hear. We are glad.}
    - {follow_up: goodbye, after: closed, in: 14 days, say: We think of you. You can always write to us.}
    - {follow_up: lawyer_again, after: task.lawyer.done, in: 28 days, task: Ask the lawyer how it went}
    - {follow_up: before, after: appointment, in: -1 day, say: Tomorrow is your day.}
    - {follow_up: second, after: served, in: 28 days, say: It is time for the second one.}
reports:
  month:
    title: The month
    until_day: 15
    rows:
      Everybody: {}
      Visits: {add: "${visits}"}
      Asked for food: {when: "selected(${needs}, 'food')"}
    by: [area]
    concerns: [worry]
    leaves: true
exports:
  office:
    recipient: The office
    consent: share_office
    bundle: true
    columns: {Reference: reference(), Name: "${name}", Needs: "${needs}"}
"""


def planned_library(folder: Path, places: Library, text: str = SERVICE) -> Library:
    """A library with nothing in it but that service."""
    (folder / "work.yaml").write_text(text, "utf-8")
    return load_library(folder, load_catalogues(ROOT / "translations"), places.places, DESK)
