// Nothing that is typed gets lost: a form that cannot be sent stays here, and only here, until it was sent once.
// Without this script every form still works; then a lost connection shows the browser's own page.
"use strict";

const RETRY = 5_000; // milliseconds between two tries
const PATIENCE = 20_000; // milliseconds until a try counts as failed
const AWAY = [502, 503, 504]; // the server is not there, or still at it
const TYPED = "input:not([type=hidden], [type=checkbox], [type=radio]), textarea";

let unsent = null; // the one submission that waits: its form, its body, its id, and whether it is under way
let timer = null;

const main = () => document.getElementById("main");

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "post" || form.matches("[data-quiet]")) return;
  event.preventDefault();
  if (unsent) return; // pressed twice: the first one counts
  const fields = new FormData(form, event.submitter);
  const body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields);
  const open = form.matches("[data-keep]"); // the answer takes the place of the page, in the history too
  const action = event.submitter?.getAttribute("formaction") || form.getAttribute("action");
  unsent = { action: action || location.pathname, body, open, id: someId(), underWay: false };
  hold(true);
  send();
});

function someId() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((number) => number.toString(36)).join("");
}

// The server knows each submission by its id, so that a try whose answer was lost is not taken a second time.
async function send() {
  if (!unsent || unsent.underWay) return;
  const { action, body, open, id } = unsent;
  unsent.underWay = true;
  const headers = open ? { "X-Once": id, "X-Open-Page": "1" } : { "X-Once": id };
  const signal = AbortSignal.timeout(PATIENCE);
  const got = await fetch(action, { method: "POST", body, headers, signal })
    .then(async (answer) => ({ answer, blob: await answer.blob() }))
    .catch(() => null);
  unsent.underWay = false;
  if (!got || AWAY.includes(got.answer.status)) return wait("connection");
  if (got.answer.status >= 500) return wait("trouble");
  unsent = null;
  clearInterval(timer);
  timer = null;
  await take(got, open);
}

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
  for (const field of main().querySelectorAll("form[method=post] :is(input, textarea, select)")) {
    if (field.matches(TYPED)) field.readOnly = on;
    else if (field.type !== "hidden") field.inert = on;
  }
}

// What came of it: another page, a file, or this page with something said on it.
async function take({ answer, blob }, open) {
  document.querySelector("[data-unsent]").hidden = true;
  const go = answer.headers.get("X-Go");
  if (go) return leave(new URL(go, location.href), open);
  hold(false);
  const file = answer.headers.get("Content-Disposition")?.match(/^attachment.*filename="?([^";]+)/);
  if (file) return save(blob, file[1]);
  show(await blob.text(), open && answer.ok ? answer.url : location.href);
}

function leave(to, open) {
  const here = to.pathname === location.pathname && to.search === location.search;
  if (!here || !to.hash) return open ? location.replace(to) : location.assign(to);
  history.replaceState(null, "", to); // an address that differs in its # only is not loaded anew
  location.reload();
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function show(html, address) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const sheet of fresh.querySelectorAll("link[rel=stylesheet]")) {
    if (!document.querySelector(`link[href="${sheet.getAttribute("href")}"]`)) document.head.append(sheet);
  }
  document.title = fresh.title;
  main().replaceChildren(...fresh.getElementById("main").childNodes);
  history.replaceState(null, "", address);
  scrollTo(0, 0);
  prepare();
  document.dispatchEvent(new Event("shown"));
}

function prepare() {
  main().querySelector("form[data-at-once]")?.requestSubmit(); // kept while she signed in again
}

document.addEventListener("shown", () => {
  const first = main().querySelector("[aria-invalid]") ?? main().querySelector("[autofocus]") ?? main();
  first.focus({ preventScroll: first === main() });
});
addEventListener("beforeunload", (event) => unsent && timer !== null && event.preventDefault());
addEventListener("online", send);
document.addEventListener("visibilitychange", () => document.hidden || send());
document.addEventListener("click", (event) => event.target.closest("[data-send]") && send());
addEventListener("pageshow", (event) => event.persisted && hold(false));

prepare();
