// Ticks stay on this device, for this revision, until they are taken away.
const article = document.querySelector("article.procedure");
const key = `savoir.ticks.${article.dataset.key}`;
const boxes = [...article.querySelectorAll(".step input")];
const told = article.querySelector(".ticked");
const untick = document.getElementById("untick");
const read = () => {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
};
function show() {
  const done = boxes.filter((box) => box.checked).length;
  told.hidden = untick.hidden = done === 0;
  const blanks = [done, boxes.length];
  told.textContent = told.dataset.told.replace(/\{\}/g, () => blanks.shift());
}
function keep() {
  const ticked = boxes.flatMap((box, at) => (box.checked ? [at] : []));
  try {
    if (ticked.length) localStorage.setItem(key, JSON.stringify(ticked));
    else localStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing still ticks.
  }
  show();
}
for (const at of read()) if (boxes[at]) boxes[at].checked = true;
for (const box of boxes) box.addEventListener("change", keep);
untick.addEventListener("click", () => {
  for (const box of boxes) box.checked = false;
  keep();
  boxes[0]?.focus();
});
show();
const print = document.getElementById("print");
print.hidden = false;
print.addEventListener("click", () => window.print());
