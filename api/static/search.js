// Search as one types: the same page is asked for, and its results are put in. Only the latest question counts.
const form = document.getElementById("search");
const field = document.getElementById("q");
let latest = 0;
let timer;
async function look() {
  const mine = ++latest;
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value.trim()) asked.set(name, value.trim());
  const address = asked.size ? `/?${asked}` : "/";
  const answer = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
  // Nobody answers: what is shown stays, and the form can still be sent.
  if (!answer || mine !== latest || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const results = page.getElementById("results");
  if (!results || mine !== latest) return;
  document.getElementById("results").replaceChildren(...results.childNodes);
  history.replaceState(null, "", address);
}
form.addEventListener("input", (event) => {
  if (event.isComposing) return;
  clearTimeout(timer);
  timer = setTimeout(look, 150);
});
// The cursor stands behind what was asked, so that one can go on typing.
if (field.value) field.setSelectionRange(field.value.length, field.value.length);
