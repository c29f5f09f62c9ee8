// The menu closes when it is left, so that it hides nothing that has the focus.
const menu = document.getElementById("menu");

function closeMenu(event) {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
}

document.addEventListener("focusin", closeMenu);
document.addEventListener("click", closeMenu);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu?.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
