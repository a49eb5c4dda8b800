// What pages do beside being read: they open what an address points at, mark the words of a
// passage, and copy citations. Without this script everything can still be read and reached.
"use strict";

(() => {
  const marks = (number) =>
    [...document.querySelectorAll("mark[data-passages]")].filter((each) =>
      each.dataset.passages.split(" ").includes(number)
    );

  const choose = (number) => {
    for (const each of document.querySelectorAll("mark.chosen")) each.classList.remove("chosen");
    if (number) for (const each of marks(number)) each.classList.add("chosen");
  };

  const reveal = () => {
    let fragment = location.hash.slice(1);
    try {
      fragment = decodeURIComponent(fragment);
    } catch {
      // It is no encoded text; it may still be the name of a place.
    }
    const target = fragment && document.getElementById(fragment);
    if (!target) return;
    let closed = false;
    for (let each = target; each; each = each.parentElement) {
      if (each instanceof HTMLDetailsElement && !each.open) {
        each.open = true;
        closed = true;
      }
    }
    const number = target.matches(".number") ? target : target.querySelector("summary > .number");
    choose(number ? number.textContent : "");
    if (closed) target.scrollIntoView({ block: "nearest" });
  };

  window.addEventListener("hashchange", reveal);
  reveal();

  if (navigator.clipboard) {
    for (const text of document.querySelectorAll("pre.copy")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = "Copy"), 2000);
      });
      text.after(button);
    }
  }
})();
