// What every page does: moments in the reader's own time, and calls to the house's own doors.
const language = document.documentElement.lang;
const form = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
export function tellMoments(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.valueOf())) time.textContent = form.format(moment);
  }
}
tellMoments(document);

/** Asks a door of the house; answers the response, whatever its status. */
export function call(method, path, body, headers = {}) {
  const csrf = document.querySelector("meta[name=csrf]")?.content;
  const all = { accept: "application/json", "accept-language": language, ...headers };
  if (csrf && method !== "GET") all["x-csrf-token"] = csrf;
  if (body !== undefined && !(body instanceof FormData)) {
    all["content-type"] = "application/json";
    body = JSON.stringify(body);
  }
  return fetch(path, { method, headers: all, body });
}

/** What a refusal says to a person. */
export async function refusal(answer) {
  const problem = await answer.json().catch(() => null);
  return problem?.detail ?? `${answer.status} ${answer.statusText}`;
}

// Without a network the shell and the last procedures are still there. Browsers allow it over https, and on this machine.
const { worker } = document.getElementById("app").dataset;
if (worker && "serviceWorker" in navigator) navigator.serviceWorker.register(worker, { scope: "/" }).catch(() => {});
