// Assisted intake in an open page. What was typed and cannot be sent stays here, and only here, until it was sent once.
// Without this script every form still works; then a lost connection shows the browser's own page.
"use strict";

const RETRY = 5_000; // milliseconds between two tries
const PATIENCE = 20_000; // milliseconds until a try counts as failed
const OPEN_PAGE = { "X-Open-Page": "1" };

let unsent = null; // the one submission that waits: its address, its body, and whether it is under way
let timer = null;

const main = () => document.getElementById("main");

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (!form) return;
  event.preventDefault();
  if (unsent) return; // pressed twice: the first one counts
  const body = new URLSearchParams(new FormData(form, event.submitter));
  unsent = { action: form.action, body, underWay: false };
  hold(true);
  send();
});

async function send() {
  if (!unsent || unsent.underWay) return;
  unsent.underWay = true;
  const { action, body } = unsent;
  const signal = AbortSignal.timeout(PATIENCE);
  const page = await fetch(action, { method: "POST", body, headers: OPEN_PAGE, signal })
    .then(async (answer) => ({ answer, html: await answer.text() }))
    .catch(() => null);
  unsent.underWay = false;
  if (!page || page.answer.status >= 500) return wait("connection");
  if (new URL(page.answer.url).pathname === "/sign-in") return wait("signed_out");
  unsent = null;
  clearInterval(timer);
  timer = null;
  show(page.html, page.answer.url);
}

// The server knows each submission by its id, so that a try whose answer was lost is not taken a second time.
function wait(why) {
  const box = document.querySelector("[data-unsent]");
  box.hidden = false;
  for (const line of box.querySelectorAll("[data-when]")) line.hidden = line.dataset.when !== why;
  clearInterval(timer);
  timer = why === "connection" ? setInterval(send, RETRY) : null;
}

// While it waits nothing can be changed: it may have arrived.
function hold(on) {
  main().toggleAttribute("data-sending", on);
  for (const field of main().querySelectorAll("form[data-keep] :is(input, textarea, button)")) {
    if (field.matches("button, [type=checkbox], [type=radio]")) field.disabled = on;
    else field.readOnly = on;
  }
}

// The next page takes the place of this one, in the history too: Back never leads to what somebody said before.
function show(html, address) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  hold(false);
  document.title = fresh.title;
  main().replaceChildren(...fresh.getElementById("main").childNodes);
  history.replaceState(null, "", address);
  scrollTo(0, 0);
  prepare();
}

function prepare() {
  const first = main().querySelector("[aria-invalid]") ?? main().querySelector("[autofocus]") ?? document.getElementById("asked");
  first?.focus({ preventScroll: !first.matches("[aria-invalid]") });
}

function isTyped(field) {
  return field.value !== field.defaultValue;
}

addEventListener("beforeunload", (event) => {
  const typed = [...document.querySelectorAll("form[data-keep] :is(input:not([type=hidden]), textarea)")].some(isTyped);
  if (unsent || typed) event.preventDefault();
});
addEventListener("online", send);
document.addEventListener("visibilitychange", () => document.hidden || send());
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-send]")) send();
  const next = event.target.closest("a[data-next]");
  if (!next) return;
  event.preventDefault();
  location.replace(next.href);
});

// A page that the browser keeps for Back is emptied when it is left, and loaded anew when it comes back.
addEventListener("pagehide", () => main().replaceChildren());
addEventListener("pageshow", (event) => event.persisted && location.reload());

prepare();
