// The token of an invitation stands behind the # of its link, where no log sees it: put it into the form and go on.
const field = document.getElementById("token");
if (field && location.hash.length > 1) {
  field.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  field.form.requestSubmit();
}
