// What a phone keeps for the cellar without a network: the shell, and the last procedures that were opened. What was
// opened is kept for whoever is logged in here, and forgotten with the log-in page.
const SHELL = "savoir-shell";
const PAGES = "savoir-pages";
const MOST = 40;
const isKept = (path) => path === "/" || path === "/report" || path.startsWith("/procedures/");

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function trim(cache) {
  const requests = await cache.keys();
  await Promise.all(requests.slice(0, Math.max(0, requests.length - MOST)).map((request) => cache.delete(request)));
}
async function shell(request) {
  const cache = await caches.open(SHELL);
  const known = await cache.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    // The file of this name as it was before is of no use any more.
    await cache.delete(request, { ignoreSearch: true });
    await cache.put(request, answer.clone());
  }
  return answer;
}
async function page(request) {
  const cache = await caches.open(PAGES);
  const { pathname } = new URL(request.url);
  if (pathname === "/login") {
    await caches.delete(PAGES);
    return fetch(request);
  }
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected && isKept(pathname)) {
      await cache.delete(pathname);
      await cache.put(pathname, answer.clone());
      await trim(cache);
    }
    return answer;
  } catch (error) {
    const known = await cache.match(pathname);
    if (known) return known;
    throw error;
  }
}
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(shell(request));
  else if (request.mode === "navigate") event.respondWith(page(request));
});
