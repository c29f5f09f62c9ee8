// What a page does by itself: it looks again when the server says "changed", counts a code window down, and copies.
// Without this script everything else still works; "Load again" is an ordinary link.
"use strict";

const POLL = 15_000; // milliseconds between looks while there is no connection

// Copying: [data-copy] names the element whose text is copied, or its [data-value] where that is written otherwise.
// What is not on this page is on the one that the form named by [data-asks] answers with: that it was asked for is
// written down there.
function offerCopying(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

async function copy(button) {
  const text = wordsOf(document, button) ?? wordsOf(await askedFor(button), button);
  if (text === undefined) return say(button, button.dataset.failed);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyTheOldWay(text); // no clipboard on a page without https
  }
  say(button, button.dataset.done);
}

function wordsOf(page, button) {
  const element = page?.getElementById(button.dataset.copy);
  return element?.dataset.value ?? element?.textContent.trim();
}

async function askedFor(button) {
  const form = document.getElementById(button.dataset.asks);
  if (!form) return null;
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  return answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

function say(button, said) {
  if (button.classList.contains("done")) return;
  const words = button.textContent;
  button.textContent = said;
  button.classList.add("done");
  setTimeout(() => {
    button.textContent = words;
    button.classList.remove("done");
  }, 1600);
}

function copyTheOldWay(text) {
  const standing = document.activeElement;
  const field = document.body.appendChild(document.createElement("textarea"));
  field.value = text;
  field.select();
  document.execCommand("copy");
  field.remove();
  standing?.focus({ preventScroll: true }); // selecting has taken it away
}

// A phrase: [data-insert] names the field to which [data-text] is added; what was typed there stays.
function insert(button) {
  const field = document.getElementById(button.dataset.insert);
  field.value = [field.value.trimEnd(), button.dataset.text].filter(Boolean).join("\n");
  field.focus();
}

// Counting down: [data-left] holds the seconds that were left when the page was made; the browser's clock may be wrong.
function startCounting(root) {
  for (const box of root.querySelectorAll("[data-left]")) box.endsAt = performance.now() + box.dataset.left * 1000;
  count();
}

function count() {
  for (const box of document.querySelectorAll("[data-left]")) {
    const left = Math.max(0, Math.ceil((box.endsAt - performance.now()) / 1000));
    const minutes = Math.floor(left / 60);
    const clock = box.querySelector("[data-clock]");
    if (clock) clock.textContent = `${minutes}:${String(left % 60).padStart(2, "0")}`;
    const bar = box.querySelector("progress");
    if (bar) bar.value = left;
    box.classList.toggle("soon", left <= 30);
    if (left === 0 && !box.over) {
      box.over = true;
      look();
    }
  }
}

// Looking again: the parts marked [data-live] are fetched anew and put in place of those with the same id.
let source = document.querySelector("[data-events]");
let looking = null;
let lookAgain = false;

async function look() {
  if (!source) return;
  if (looking) {
    lookAgain = true;
    return looking;
  }
  do {
    lookAgain = false;
    looking = fetchParts().catch(() => showState(false)); // no connection, or it broke off: this look is not the last
    await looking;
    looking = null;
  } while (lookAgain);
}

async function fetchParts() {
  const answer = await fetch(source.dataset.fragment, { credentials: "same-origin" });
  if (answer.redirected || !answer.ok) return giveUp(); // signed out, or no longer hers to see
  countTasks();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  await released;
  for (const part of fresh.querySelectorAll("[data-live]")) swap(document.getElementById(part.id), part);
}

// While she presses, nothing is put in the place of what she presses: no click would come of it.
const PRESS = 10_000; // milliseconds at most: of some presses the end is never told
let released = Promise.resolve();

document.addEventListener("pointerdown", () => {
  released = new Promise((done) => {
    const soon = () => setTimeout(done, 50); // the click comes after the release
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, soon, { once: true });
    setTimeout(done, PRESS);
  });
});

// What she typed outlives her session: the page stays until she sends it.
function giveUp() {
  const fields = [...document.querySelectorAll("main :is(textarea, input:not([type=hidden], [type=checkbox], [type=radio]))")];
  if (!fields.some((field) => field.value !== field.defaultValue)) return location.reload();
  hush();
  clearInterval(poll);
  source = null;
  document.querySelector("[data-signed-out]").hidden = false;
}

function swap(old, fresh) {
  if (!old || old.madeOf === fresh.outerHTML) return;
  fresh.madeOf = fresh.outerHTML;
  const typed = whatWasTyped(old);
  const said = old.querySelector("[data-say]")?.dataset.say;
  const held = old.contains(document.activeElement) ? calledLike(document.activeElement) : null;
  old.replaceWith(document.adoptNode(fresh));
  offerCopying(fresh);
  typed.forEach(putBack);
  if (held && document.activeElement === document.body) holdAgain(fresh, held);
  startCounting(fresh);
  const say = fresh.querySelector("[data-say]")?.dataset.say;
  const go = fresh.querySelector("[data-go]"); // what was waited for is there
  if (go) location.replace(go.href);
  if (say && say !== said) document.querySelector("[data-announce]").textContent = say;
}

// Whoever stands on a button or a link stands on the same one afterwards: what it is called, and where it leads.
function calledLike(control) {
  const name = control.dataset.copy ?? control.getAttribute("aria-label") ?? control.textContent.trim();
  return JSON.stringify([control.tagName, name, control.href ?? control.form?.action ?? ""]);
}

function holdAgain(fresh, held) {
  const controls = [...fresh.querySelectorAll("a[href], button, summary")];
  controls.find((control) => calledLike(control) === held)?.focus({ preventScroll: true });
}

function whatWasTyped(root) {
  return [...root.querySelectorAll("textarea[id], input[id], select[id], details[id]")].map((field) => ({
    id: field.id,
    value: field.value,
    changed: field.options ? field.value !== untouched(field) : field.value !== field.defaultValue && "defaultValue" in field,
    open: field.open,
    focused: field === document.activeElement,
    from: field.selectionStart,
    to: field.selectionEnd,
  }));
}

// What a list shows that nobody touched.
function untouched(list) {
  const options = [...list.options];
  return (options.find((one) => one.defaultSelected) ?? options[0])?.value;
}

function putBack(was) {
  const field = document.getElementById(was.id);
  if (!field) return;
  if (was.changed && (!field.options || [...field.options].some((one) => one.value === was.value))) field.value = was.value;
  if (was.open !== undefined) field.open = was.open;
  if (!was.focused) return;
  field.focus({ preventScroll: true });
  if (was.from !== undefined && was.from !== null) field.setSelectionRange(was.from, was.to);
}

// Listening: only while the page can be seen, because a browser opens no more than six connections to one server.
let stream = null;
let poll = null;

function listen() {
  if (!source || stream) return;
  stream = new EventSource(source.dataset.events);
  stream.addEventListener("open", () => {
    showState(true);
    look(); // what changed after the page was made, or while there was no connection, nobody tells again
  });
  stream.addEventListener("changed", look);
  stream.addEventListener("error", () => showState(false));
}

function showState(on) {
  for (const line of document.querySelectorAll("[data-live-state]")) line.textContent = on ? line.dataset.on : line.dataset.off;
  if (on) clearInterval(poll);
  poll = on ? null : poll ?? setInterval(retry, POLL);
}

function retry() {
  look();
  if (stream?.readyState !== EventSource.CLOSED) return;
  stream = null;
  listen();
}

function hush() {
  stream?.close();
  stream = null;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return hush();
  listen();
  look();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
  const phrase = event.target.closest("[data-insert]");
  if (phrase) insert(phrase);
  if (!event.target.closest("[data-again]")) return;
  event.preventDefault();
  look();
});

// A form marked [data-quiet] is sent without leaving the page: the phone simulator stays where it is.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-quiet]");
  if (!form) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  form.reset();
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  if (!answer?.ok) return location.reload();
  look();
});

// Another page took the place of this one, because a form was answered.
document.addEventListener("shown", () => {
  hush();
  source = document.querySelector("[data-events]");
  begin();
});

// How many tasks there are, at the top of every page: looked up with everything else that is live, and now and then.
const figure = document.querySelector("[data-count]");
const COUNT_AGAIN = 30_000; // milliseconds

async function countTasks() {
  if (!figure || document.hidden) return;
  const answer = await fetch(figure.dataset.count, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const number = Number(await answer.text());
  figure.hidden = !number;
  figure.textContent = number.toLocaleString(document.documentElement.lang);
}

function begin() {
  for (const part of document.querySelectorAll("[data-live]")) part.madeOf = part.outerHTML; // what is the same stays
  offerCopying(document);
  startCounting(document);
  listen();
}

begin();
setInterval(countTasks, COUNT_AGAIN);
setInterval(count, 1000);
