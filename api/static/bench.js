// The workbench: point at a statement and its evidence lights up; edit in place; decide by keyboard. Every change is a form
// of the page, sent without leaving it: what comes back is the page as it is now.
import { call, refusal, tellMoments } from "savoir/app";

const bench = document.getElementById("bench");
const rows = () => [...bench.querySelectorAll(".row")];
let chosen = null;

function tell(text, good = false) {
  const notice = document.getElementById("notice");
  notice.textContent = text;
  notice.classList.toggle("bad", !good);
  notice.classList.toggle("good", good);
  notice.hidden = !text;
  if (text && !good) notice.scrollIntoView({ block: "nearest" });
}

// Pointing.
function light(row) {
  for (const lit of bench.querySelectorAll(".lit")) lit.classList.remove("lit");
  if (!row) return;
  const spans = [...bench.querySelectorAll(`[data-for~="${CSS.escape(row.id)}"]`)];
  for (const span of spans) span.classList.add("lit");
  const side = bench.querySelector(".evidence");
  // Only the evidence's own pane moves, never the page under the reader's eyes.
  if (spans[0] && side.scrollHeight > side.clientHeight) {
    side.scrollTo({ top: spans[0].offsetTop - side.offsetTop - 60 });
  }
}
function choose(row, focus = true) {
  chosen?.classList.remove("chosen");
  chosen = row;
  if (!row) return;
  row.classList.add("chosen");
  light(row);
  if (focus) row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}
bench.addEventListener("mouseover", (event) => light(event.target.closest(".row") ?? chosen));
bench.addEventListener("focusin", (event) => {
  const row = event.target.closest(".row");
  if (row && row !== chosen) choose(row, false);
});
bench.addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (row) choose(row, false);
});

// Sound: from the second at which a quote was said, its words lighting up.
function play(button) {
  const text = [...bench.querySelectorAll(".text audio")].find((audio) =>
    audio.closest(".text").querySelector(".words").textContent.includes(button.dataset.quote),
  );
  if (!text) return;
  if (!text.paused) return text.pause();
  text.currentTime = Number(button.dataset.ms) / 1000;
  text.play();
}
function follow(audio) {
  const spans = [...audio.closest(".text").querySelectorAll("[data-ms]")];
  const now = audio.currentTime * 1000;
  const at = spans.findLast((span) => Number(span.dataset.ms) <= now)?.dataset.ms;
  for (const span of spans) span.classList.toggle("playing", !audio.paused && span.dataset.ms === at);
}
bench.addEventListener("click", (event) => {
  const button = event.target.closest(".listen");
  if (button) play(button);
});
for (const name of ["timeupdate", "pause", "ended"]) {
  bench.addEventListener(name, (event) => event.target.matches("audio") && follow(event.target), true);
}

// Undo: the texts before each change, as they were; the last one first. They live as long as this tab.
const key = `savoir.undo.${bench.dataset.review}`;
const past = () => JSON.parse(sessionStorage.getItem(key) ?? "[]");
const remember = (list) => {
  try {
    sessionStorage.setItem(key, JSON.stringify(list.slice(-20)));
  } catch {
    // A tab that keeps nothing has no undo.
  }
};
async function contentNow() {
  const answer = await call("GET", `/api/v1/reviews/${bench.dataset.review}`);
  return answer.ok ? (await answer.json()).draft.content : null;
}
function undo() {
  // After what is still on its way: it is of the version that was made there.
  busy = busy.then(takeBack);
  return busy;
}
async function takeBack() {
  const list = past();
  const content = list.pop();
  if (!content) return tell(bench.dataset.nothing);
  const version = { "if-match": `"${bench.dataset.version}"` };
  const answer = await call("PUT", `/api/v1/reviews/${bench.dataset.review}/content`, content, version);
  if (!answer.ok) return tell(await refusal(answer));
  remember(list);
  await reload();
  tell(bench.dataset.undone, true);
}

// Changes.
function put(page) {
  const next = page.getElementById("bench");
  if (!next) return location.reload();
  const here = chosen?.id;
  const open = [...bench.querySelectorAll(".evidence details[open] summary")].map((s) => s.textContent);
  bench.replaceChildren(...next.childNodes);
  Object.assign(bench.dataset, next.dataset);
  for (const s of bench.querySelectorAll(".evidence details summary")) if (open.includes(s.textContent)) s.parentElement.open = true;
  tellMoments(bench);
  chosen = null;
  choose(document.getElementById(here) ?? null);
}
const parse = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
async function reload() {
  const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
  if (answer.ok) put(await parse(answer));
}
let busy = Promise.resolve();
function send(form, button) {
  const fields = new URLSearchParams(new FormData(form));
  if (button?.name) fields.set(button.name, button.value);
  // One after the other: the second change is of the version that the first has made.
  busy = busy.then(async () => {
    fields.set("version", bench.dataset.version);
    const before = fields.get("op") === "vouch" ? null : await contentNow().catch(() => null);
    const asked = { method: "POST", body: fields, headers: { accept: "text/html" } };
    const answer = await fetch(form.action, asked).catch(() => null);
    if (!answer) return tell(bench.dataset.offline);
    if (!answer.ok) {
      const page = await parse(answer);
      tell(page.querySelector("[role=alert]")?.textContent ?? `${answer.status}`);
      // Somebody else was quicker: the next try is of what they made of it; what was typed stays in its field.
      if (answer.status === 412) {
        const other = await fetch(location.pathname, { headers: { accept: "text/html" } });
        if (other.ok) bench.dataset.version = (await parse(other)).getElementById("bench").dataset.version;
      }
      return;
    }
    if (before) remember([...past(), before]);
    // What is kept is not kept again when its field goes with the old page.
    for (const field of form.querySelectorAll("textarea")) field.defaultValue = field.value;
    put(await parse(answer));
    tell(bench.dataset.saved, true);
  });
  return busy;
}
bench.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-live]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});
// What one typed is kept when one goes on to something else.
bench.addEventListener("focusout", (event) => {
  const field = event.target;
  if (!field.matches(".edit textarea") || field.value.trim() === field.defaultValue.trim() || !field.value.trim()) return;
  const form = field.form;
  if (event.relatedTarget && form.contains(event.relatedTarget)) return;
  send(form, { name: "op", value: "say" });
});
window.addEventListener("beforeunload", (event) => {
  const dirty = [...bench.querySelectorAll(".edit textarea")].some((f) => f.value.trim() !== f.defaultValue.trim());
  if (dirty) event.preventDefault();
});

// Evidence by selecting words.
const use = () => document.getElementById("use");
function selected() {
  const selection = getSelection();
  const text = selection.toString().trim();
  const words = selection.anchorNode?.parentElement?.closest(".text[data-source] .words");
  return text && words?.contains(selection.focusNode) ? text : null;
}
document.addEventListener("selectionchange", () => {
  if (use()) use().hidden = !(chosen?.querySelector(".edit") && selected());
});
bench.addEventListener("mousedown", (event) => event.target.id === "use" && event.preventDefault());
bench.addEventListener("click", (event) => {
  if (event.target.id !== "use") return;
  const found = selected();
  const form = chosen?.querySelector(".edit form");
  if (!found || !form) return;
  form.elements.quote.value = found;
  send(form, { name: "op", value: "rest" });
});

// Keys.
function step(by) {
  const all = rows();
  const at = chosen ? all.indexOf(chosen) + by : by > 0 ? 0 : all.length - 1;
  choose(all[Math.max(0, Math.min(all.length - 1, at))]);
}
function show(details, field) {
  if (!details) return false;
  details.open = true;
  const found = details.querySelector(field);
  found?.focus();
  if (found?.matches("textarea, input:not([type=radio])")) found.setSelectionRange?.(found.value.length, found.value.length);
  details.scrollIntoView({ block: "nearest" });
  return true;
}
const keys = {
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  e: () => show(chosen?.querySelector(".edit"), "textarea"),
  o: () => show((chosen?.querySelector(".vouch") ?? bench.querySelector(".vouch")), "input[name=reason]"),
  l: () => {
    const playing = [...bench.querySelectorAll("audio")].find((audio) => !audio.paused);
    if (playing) playing.pause();
    else if (chosen?.querySelector(".listen")) play(chosen.querySelector(".listen"));
  },
  z: undo,
  a: () => show(document.getElementById("approve"), "input[name=audience]:checked"),
  m: () => show(document.getElementById("merge"), "button"),
  q: () => show(document.getElementById("ask"), "textarea"),
  r: () => show(document.getElementById("refuse"), "input[name=reason]"),
  n: () => document.getElementById("next")?.click(),
  "?": () => show(document.getElementById("keys"), "summary"),
};
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (field.matches("textarea, input:not([type=radio], [type=checkbox]), select")) {
    if (event.key === "Escape") {
      const details = field.closest("details");
      if (field.matches("textarea")) field.value = field.defaultValue;
      if (details) details.open = false;
      choose(chosen ?? rows()[0]);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const button = field.form?.querySelector("button[name]");
      field.form?.requestSubmit(button);
    }
    return;
  }
  if (field.matches("[name=audience]") && /^[1-4]$/.test(event.key)) {
    const choice = field.form.querySelectorAll("[name=audience]")[Number(event.key) - 1];
    choice.checked = true;
    choice.focus();
    return;
  }
  if (field.matches("[type=radio]") && event.key === "Enter") {
    event.preventDefault();
    field.form.requestSubmit(field.form.querySelector("button[name]"));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    for (const open of bench.querySelectorAll(".ways details[open]")) open.open = false;
    return choose(chosen ?? rows()[0]);
  }
  if (field.matches("[type=radio], [type=checkbox], summary, button, a") && /^(Arrow|Enter| )/.test(event.key)) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
choose(document.getElementById(location.hash.slice(1)) ?? null);
