// Answers a saved question anew, with the values of its form; the page has the answer on file.
"use strict";

(() => {
  const { Wrong, form, explained, bind } = HRDem.sparql;
  const { show, make } = HRDem.results;
  const query = JSON.parse(document.getElementById("question").textContent);
  const answer = document.getElementById("answer");
  const entry = document.querySelector("form[data-question]");
  if (!entry || !answer) return;
  const status = make("p", { role: "status", class: "remark" });
  const cancel = make("button", { type: "button", hidden: "" }, "Cancel");
  const STAGES = { engine: "Loading the query engine …", graph: "Loading the graph …", query: "Asking …" };
  let running = 0;
  answer.before(status);
  entry.append(cancel);
  for (const each of entry.querySelectorAll("[data-live]")) each.hidden = false;

  function values() {
    const found = {};
    for (const { name } of query.parameters) {
      const field = entry.elements[name];
      if (field && field.value !== "") found[name] = field.value;
    }
    return found;
  }

  async function ask() {
    const mine = ++running;
    cancel.hidden = false;
    for (const { name } of query.parameters) if (entry.elements[name]) entry.elements[name].removeAttribute("aria-invalid");
    try {
      const given = values();
      const text = bind(query, given, window.HRDemNames.kinds);
      const hash = new URLSearchParams(given).toString();
      history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
      const kind = form(text);
      const triples = kind === "construct";
      const say = (stage) => mine === running && (status.textContent = STAGES[stage]);
      const { answer: found } = await HRDem.engine.ask(text, triples ? "" : "json", say);
      if (mine !== running) return;
      const words = show(answer, {
        form: kind,
        answer: found,
        name: query.name,
        again: async (format) => (await HRDem.engine.ask(text, format)).answer,
        failed: (reason) => (status.textContent = reason.message),
      });
      status.textContent = `Answered here just now. ${words}`;
    } catch (reason) {
      if (mine !== running) return;
      if (reason instanceof HRDem.engine.Cancelled) status.textContent = "Cancelled.";
      else status.textContent = (reason instanceof Wrong ? reason : explained(query.text, reason.message)).message;
      const named = query.parameters.find(({ name }) => status.textContent.startsWith(`${name} wants`));
      const field = named && entry.elements[named.name];
      if (field) {
        field.setAttribute("aria-invalid", "true");
        field.focus();
      }
    } finally {
      if (mine === running) cancel.hidden = true;
    }
  }

  function fromLink() {
    const given = new URLSearchParams(location.hash.slice(1));
    const named = query.parameters.filter(({ name }) => given.has(name) && entry.elements[name]);
    for (const { name } of named) {
      const field = entry.elements[name];
      field.value = given.get(name);
      // A link may name what no choice offers.
      if (field instanceof HTMLSelectElement && field.value !== given.get(name)) {
        field.add(new Option(given.get(name), given.get(name), true, true));
      }
    }
    if (named.length) ask();
  }

  entry.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  cancel.addEventListener("click", () => HRDem.engine.cancel());
  window.addEventListener("hashchange", fromLink);
  fromLink();
})();
