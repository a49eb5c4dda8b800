// The search: the box in the head of every page, and search.html. The index, a script of its own, is
// loaded when the box is first used.
"use strict";

(() => {
  const base = new URL(".", document.currentScript.src).href;
  const root = new URL("..", base).href;
  const entry = document.querySelector("form[role=search]");
  const box = entry && entry.querySelector("input[name=q]");
  if (!box) return;
  const LETTERS = { ß: "ss", ø: "o", ł: "l", đ: "d", æ: "ae", œ: "oe", ı: "i", ð: "d", þ: "th" };
  let index = null;

  function plain(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[ßøłđæœıðþ]/g, (each) => LETTERS[each]).replace(/[^\p{L}\p{N}\n]+/gu, " ");
  }

  function load() {
    index ||= new Promise((done, failed) => {
      const element = document.createElement("script");
      element.src = `${base}search-index.js`;
      element.onerror = failed;
      element.onload = () => {
        const { kinds, entries } = window.HRDemIndex;
        done(entries.map(([label, kind, path, others, text]) => ({
          label, kind: kinds[kind], path, others: others ? others.split("\n") : [], text,
          name: ` ${plain(label)}`, more: ` ${plain(others).replace(/\n/g, "\n ")}`, rest: ` ${plain(text)} ${plain(path)}`,
        })));
      };
      document.head.append(element);
    });
    index.catch(() => (index = null));
    return index;
  }

  // What people look for first.
  const RANKS = { instrument: 0, agent: 0, theme: 0, post: 0, query: 1, document: 1, priority: 1 };

  /** How well an entry fits: less is better, null if a word is missing. */
  function score(each, words) {
    let sum = RANKS[each.path.split("/")[0]] ?? 2;
    for (const word of words) {
      const begins = ` ${word}`;
      if (each.name.startsWith(begins)) sum += 0;
      else if (each.name.includes(begins)) sum += 1;
      else if (each.more.includes(begins)) sum += 3;
      else if (each.name.includes(word)) sum += 4;
      else if (each.rest.includes(begins)) sum += 6;
      else if (each.more.includes(word)) sum += 7;
      else return null;
    }
    return sum;
  }

  async function look(text) {
    const words = plain(text).trim().split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    const hits = [];
    for (const each of await load()) {
      const found = score(each, words);
      const at = each.name.indexOf(` ${words[0]}`);
      if (found !== null) hits.push({ each, found: found + (at < 0 ? 1 : Math.min(at, 50) / 50) });
    }
    hits.sort((one, other) => one.found - other.found || one.each.name.length - other.each.name.length || (one.each.label < other.each.label ? -1 : 1));
    return hits.map(({ each }) => ({ ...each, other: each.others.find((name) => words.every((word) => ` ${plain(name)}`.includes(` ${word}`)) && !words.every((word) => each.name.includes(word))) }));
  }

  function item({ label, kind, path, other, text }, whole) {
    const element = document.createElement("li");
    const link = document.createElement("a");
    link.href = root + path;
    link.textContent = label;
    const about = document.createElement("span");
    about.className = "remark";
    about.textContent = [kind, other].filter(Boolean).join(" · ");
    element.append(link, " ", about);
    if (whole && text) {
      const words = document.createElement("p");
      words.textContent = text;
      element.append(words);
    }
    return element;
  }

  const count = (number) => (number ? `${number.toLocaleString("en")} found.` : "Nothing found.");

  // --- the page of the search -------------------------------------------------------------------

  const hits = document.getElementById("hits");
  const found = document.getElementById("found");
  if (hits) {
    const show = async () => {
      const text = box.value;
      try {
        const all = await look(text);
        if (text !== box.value) return;
        hits.replaceChildren(...all.slice(0, 100).map((each) => item(each, true)));
        found.textContent = text.trim() ? count(all.length) + (all.length > 100 ? " The first 100 are shown." : "") : "";
      } catch {
        found.textContent = "The index of the search cannot be loaded. Check the connection.";
      }
    };
    box.value = new URLSearchParams(location.search).get("q") || "";
    box.addEventListener("input", () => {
      history.replaceState(null, "", `${location.pathname}?${new URLSearchParams({ q: box.value })}`);
      show();
    });
    entry.addEventListener("submit", (event) => {
      event.preventDefault();
      show();
    });
    show();
    return;
  }

  // --- the box on other pages -------------------------------------------------------------------

  const panel = document.createElement("div");
  const list = document.createElement("ul");
  const status = document.createElement("p");
  panel.className = "suggestions";
  panel.hidden = true;
  status.setAttribute("role", "status");
  panel.append(status, list);
  entry.append(panel);

  async function suggest() {
    const text = box.value;
    const all = await look(text).catch(() => []);
    if (text !== box.value) return;
    panel.hidden = !text.trim();
    status.textContent = count(all.length);
    list.replaceChildren(...all.slice(0, 8).map((each) => item(each, false)));
  }

  function move(event, links, at) {
    event.preventDefault();
    (links[at] || box).focus();
  }

  box.addEventListener("focus", () => load().catch(() => {}));
  box.addEventListener("input", suggest);
  entry.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && links.length) move(event, links, Math.min(at + 1, links.length - 1));
    else if (event.key === "ArrowUp" && at >= 0) move(event, links, at - 1);
    else if (event.key === "Escape" && !panel.hidden) {
      panel.hidden = true;
      box.focus();
    }
  });
  entry.addEventListener("focusout", (event) => {
    if (!entry.contains(event.relatedTarget)) panel.hidden = true;
  });
})();
