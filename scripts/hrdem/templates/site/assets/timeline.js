// Says what applies on a day, and what was believed on another day to apply on it.
"use strict";

(() => {
  const { first, last, instruments } = JSON.parse(document.getElementById("timeline-data").textContent);
  const form = document.getElementById("day");
  const [slide, on, known] = ["day-slide", "day-on", "day-known"].map((id) => document.getElementById(id));
  const status = document.getElementById("day-status");
  if (!instruments.length) return;

  const DAY = 86400000;
  const number = (day) => Date.parse(`${day}T00:00:00Z`) / DAY;
  const written = (at) => new Date(at * DAY).toISOString().slice(0, 10);
  const words = (day) => new Date(`${day}T00:00:00Z`).toLocaleDateString("en-GB", { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" });
  const several = (list) => `${list.length || "no"} ${list.length === 1 ? "instrument" : "instruments"}`;

  /** The instruments of which a period covers a day; days written year-month-day sort as text. */
  function applying(day, asKnown) {
    return instruments.filter(({ periods }) => {
      const told = asKnown ? periods.filter((each) => each.known && each.known <= asKnown) : periods;
      const replaced = new Set(told.flatMap((each) => each.replaces));
      return told.some((each) => !replaced.has(each.iri) && each.start <= day && (!each.end || day <= each.end));
    });
  }

  function list(id, found) {
    const items = found.map(({ label, href, kind }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = href;
      link.textContent = label;
      const remark = document.createElement("span");
      remark.className = "remark";
      remark.textContent = ` ${kind}`;
      item.append(link, remark);
      return item;
    });
    if (!items.length) {
      items.push(document.createElement("li"));
      items[0].textContent = "None.";
    }
    document.getElementById(id).replaceChildren(...items);
  }

  /** A line through the pictures at the day, and what applies lit up. */
  function mark(day, found) {
    const links = new Set(found.map(({ href }) => href));
    for (const svg of document.querySelectorAll("svg.timeline[viewBox^='-8 ']")) {
      svg.querySelector(".chosen-day")?.remove();
      for (const link of svg.querySelectorAll("a")) link.classList.toggle("applies", links.has(link.getAttribute("href")));
      if (!day || day < first || day >= last) continue;
      const { width, height } = svg.viewBox.baseVal;
      const x = (width - 16) * (number(day) + 0.5 - number(first)) / (number(last) - number(first));
      const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
      line.setAttribute("class", "chosen-day");
      line.setAttribute("d", `M${x} 18V${height}`);
      svg.append(line);
    }
  }

  function show(speak) {
    const day = on.value;
    if (!day) return;
    const now = applying(day, "");
    const then = known.value ? applying(day, known.value) : [];
    list("day-now", now);
    list("day-then", then);
    document.getElementById("day-then-part").hidden = !known.value;
    const silent = instruments.filter(({ periods }) => periods.some((each) => !each.known)).map(({ label }) => label);
    document.getElementById("day-then-note").textContent = silent.length ? `Left out, because nobody established since when their periods were known: ${silent.join("; ")}.` : "";
    mark(day, known.value ? then : now);
    if (day >= first && day < last) slide.value = number(day);
    slide.setAttribute("aria-valuetext", words(day));
    if (!speak) return;
    let said = `On ${words(day)}, ${several(now)} with a known period ${now.length === 1 ? "applies" : "apply"}.`;
    if (known.value) said += ` As known on ${words(known.value)}, ${several(then)} ${then.length === 1 ? "was" : "were"} believed to apply.`;
    status.textContent = said;
    const held = new URLSearchParams(known.value ? { on: day, known: known.value } : { on: day });
    history.replaceState(null, "", `#${held}`);
  }

  function fromLink() {
    const held = new URLSearchParams(location.hash.slice(1));
    if (!held.has("on")) return;
    on.value = held.get("on");
    known.value = held.get("known") || "";
    show(true);
  }

  slide.min = number(first);
  slide.max = number(last) - 1;
  slide.value = Math.round((number(first) + number(last)) / 2);
  slide.setAttribute("aria-valuetext", words(written(slide.value)));
  form.hidden = false;
  document.querySelector("form.day .answers").hidden = true;
  const opened = (speak) => {
    document.querySelector("form.day .answers").hidden = !on.value;
    show(speak);
  };
  slide.addEventListener("input", () => {
    on.value = written(slide.value);
    opened(false);
  });
  for (const field of [slide, on, known]) field.addEventListener("change", () => opened(true));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    opened(true);
  });
  form.addEventListener("reset", () => {
    status.textContent = "";
    mark("", []);
    document.querySelector("form.day .answers").hidden = true;
    history.replaceState(null, "", location.pathname + location.search);
  });
  window.addEventListener("hashchange", () => {
    fromLink();
    opened(false);
  });
  fromLink();
  opened(false);
})();
