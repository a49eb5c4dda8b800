// Keeps what was visited, and what every visit needs, for reading without a connection. What the
// network says comes first; the name of the store changes with the content of the site.
"use strict";

const STORE = "hrdem-{{ version }}";
const FIRST = {{ first|safe }};

addEventListener("install", (event) => {
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(FIRST)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("hrdem-") && name !== STORE);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

async function answered(request) {
  const store = await caches.open(STORE);
  try {
    const response = await fetch(request);
    if (response.ok && response.type === "basic" && !response.redirected) await store.put(request, response.clone());
    return response;
  } catch (problem) {
    const { pathname } = new URL(request.url);
    const found = await store.match(request, { ignoreSearch: true }) || (pathname.endsWith("/") && await store.match("index.html"));
    if (found) return found;
    if (request.mode === "navigate") return Response.redirect(new URL("offline.html", registration.scope));
    throw problem;
  }
}

addEventListener("fetch", (event) => {
  const { method, url, headers } = event.request;
  if (method === "GET" && url.startsWith(registration.scope) && !headers.has("range")) event.respondWith(answered(event.request));
});
