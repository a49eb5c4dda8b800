// Keeps the pages that were visited, so that they can be read without a connection.
"use strict";

if ("serviceWorker" in navigator && location.protocol !== "file:") {
  const root = new URL("..", document.currentScript.src);
  // The first page was loaded before there was anybody to keep it.
  navigator.serviceWorker.addEventListener("controllerchange", () => fetch(location.href).catch(() => {}));
  navigator.serviceWorker.register(new URL("sw.js", root)).catch(() => {});
}
