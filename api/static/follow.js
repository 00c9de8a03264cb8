// While the line works, the page is asked for again and put in, without moving what one reads or types.
import { tellMoments } from "savoir/app";
const main = document.getElementById("content");
async function look() {
  if (!main.querySelector("[data-moves]")) return;
  const typing = document.activeElement?.matches("textarea, input") && document.activeElement.value;
  if (!document.hidden && !typing) {
    const answer = await fetch(location.pathname, { headers: { accept: "text/html" } }).catch(() => null);
    if (answer?.ok && !answer.redirected) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      main.replaceChildren(...page.getElementById("content").childNodes);
      tellMoments(main);
    }
  }
  setTimeout(look, 2000);
}
setTimeout(look, 1500);
