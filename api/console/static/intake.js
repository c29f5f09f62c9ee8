// Assisted intake in an open page: nothing of one person is left for the next. Sending is keep.js's.
"use strict";

function isTyped(field) {
  return field.value !== field.defaultValue;
}

function askedFirst() {
  const first = main().querySelector("[aria-invalid]") ?? main().querySelector("[autofocus]") ?? document.getElementById("asked");
  first?.focus({ preventScroll: !first.matches("[aria-invalid]") });
}

addEventListener("beforeunload", (event) => {
  const typed = [...document.querySelectorAll("form[data-keep] :is(input:not([type=hidden]), textarea)")].some(isTyped);
  if (unsent || typed) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const next = event.target.closest("a[data-next]");
  if (!next) return;
  event.preventDefault();
  location.replace(next.href);
});

// A page that the browser keeps for Back is emptied when it is left, and loaded anew when it comes back.
addEventListener("pagehide", () => main().replaceChildren());
addEventListener("pageshow", (event) => event.persisted && location.reload());

document.addEventListener("shown", askedFirst);
askedFirst();
