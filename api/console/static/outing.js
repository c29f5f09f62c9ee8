// Ticking who came: ticks stay in the open page, and only there, until there is a connection; each is sent once.
// Without this script the button below the list sends them all.
// All of it stands in a block: keep.js has names like these for the same things.
"use strict";

{
  const AGAIN = 5_000; // milliseconds between two tries
  const form = document.querySelector("form[data-ticks]");
  const boxes = [...form.querySelectorAll("input[name=came]")];
  const sent = new Map(boxes.map((box) => [box.value, box.defaultChecked]));
  let underWay = false;

  const unsent = () => boxes.filter((box) => box.checked !== sent.get(box.value));

  function say() {
    for (const line of form.querySelectorAll("[data-when]")) line.hidden = line.dataset.when !== (unsent().length ? "waits" : "kept");
  }

  async function send() {
    const changed = unsent();
    say();
    if (underWay || !changed.length) return;
    underWay = true;
    const body = new URLSearchParams();
    for (const field of form.querySelectorAll("input[type=hidden]:not([name=listed])")) body.append(field.name, field.value);
    const asked = changed.map((box) => [box.value, box.checked]);
    for (const [reference, came] of asked) {
      body.append("listed", reference);
      if (came) body.append("came", reference);
    }
    const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(20_000) }).catch(() => null);
    underWay = false;
    if (answer?.ok && new URL(answer.url).pathname !== "/sign-in") for (const [reference, came] of asked) sent.set(reference, came);
    say();
  }

  form.addEventListener("change", send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  addEventListener("online", send);
  setInterval(send, AGAIN);
  addEventListener("beforeunload", (event) => unsent().length && event.preventDefault());
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
  say();
}
