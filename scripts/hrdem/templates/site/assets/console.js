// The page where queries are written. Without the editor, a plain text box is used as it is.
"use strict";

(() => {
  const { Wrong, form, explained } = HRDem.sparql;
  const { show, make } = HRDem.results;
  const { prefixes, terms, queries } = window.HRDemTerms;
  const find = (id) => document.getElementById(id);
  const [box, status, problem, result] = ["query", "status", "problem", "result"].map(find);
  const [run, cancel, choice, link] = ["run", "cancel", "saved", "link"].map(find);
  const STAGES = { engine: "Loading the query engine …", graph: "Loading the graph …", query: "Asking …" };
  let editor = null;
  let running = 0;
  let name = "answer";

  const text = () => (editor ? editor.text : box.value);

  function setText(query) {
    if (editor) editor.setText(query);
    else box.value = query;
    calm();
  }

  function calm() {
    problem.hidden = true;
    problem.replaceChildren();
    if (editor) editor.clear();
  }

  function busy(yes) {
    cancel.disabled = !yes;
    result.setAttribute("aria-busy", String(yes));
  }

  function failed(query, reason) {
    const error = reason instanceof Wrong ? reason : explained(query, reason.message);
    problem.replaceChildren(make("p", {}, error.message));
    problem.hidden = false;
    status.textContent = "Not answered.";
    result.replaceChildren(); // or it would be taken for the answer to this query
    if (!error.line) return;
    const line = query.split("\n")[error.line - 1] || "";
    if (line.trim()) problem.append(make("pre", { tabindex: "0" }, `${line}\n${" ".repeat(error.column - 1)}^`));
    if (editor) editor.mark(error.line, error.column, error.message);
    else {
      const at = query.split("\n").slice(0, error.line - 1).join("\n").length + (error.line > 1 ? 1 : 0) + error.column - 1;
      box.focus();
      box.setSelectionRange(at, at + 1);
    }
  }

  async function ask() {
    const query = text();
    const mine = ++running;
    calm();
    busy(true);
    try {
      const kind = form(query);
      const triples = kind === "construct" || kind === "describe";
      const say = (stage) => mine === running && (status.textContent = STAGES[stage]);
      const { answer, milliseconds } = await HRDem.engine.ask(query, triples ? "" : "json", say);
      if (mine !== running) return;
      const words = show(result, {
        form: kind,
        answer,
        name,
        again: async (format) => (await HRDem.engine.ask(query, format)).answer,
        failed: (reason) => failed(query, reason),
      });
      status.textContent = `${words} ${milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`}.`;
    } catch (reason) {
      if (mine !== running) return;
      if (reason instanceof HRDem.engine.Cancelled) status.textContent = "Cancelled.";
      else failed(query, reason);
    } finally {
      if (mine === running) busy(false);
    }
  }

  function fromLink() {
    const given = new URLSearchParams(location.hash.slice(1));
    if (given.has("query")) setText(given.get("query"));
    else if (given.has("saved")) {
      const found = queries.find((each) => each.name === given.get("saved"));
      if (found) setText(found.text);
    }
  }

  for (const topic of [...new Set(queries.map((each) => each.topic))]) {
    const group = make("optgroup", { label: topic });
    for (const each of queries.filter((query) => query.topic === topic)) group.append(make("option", { value: each.name }, each.summary));
    choice.append(group);
  }
  choice.addEventListener("change", () => {
    const found = queries.find((each) => each.name === choice.value);
    if (!found) return;
    name = found.name;
    setText(found.text);
    status.textContent = "Question put into the box.";
  });

  if (window.HRDemEditor) {
    const host = make("div", { id: "editor" });
    box.after(host);
    const options = [
      ...terms.map(([label, detail, info]) => ({ label, detail, info: info || null, type: "type" })),
      ...Object.entries(prefixes).map(([prefix, space]) => ({ label: `PREFIX ${prefix}: <${space}>`, type: "keyword" })),
      ..."SELECT DISTINCT CONSTRUCT ASK WHERE OPTIONAL UNION MINUS FILTER BIND VALUES GRAPH EXISTS COUNT SAMPLE GROUP_CONCAT STR LANG CONTAINS REGEX LIMIT OFFSET".split(" ").map((label) => ({ label, type: "keyword" })),
      { label: "ORDER BY", type: "keyword" },
      { label: "GROUP BY", type: "keyword" },
    ];
    editor = HRDemEditor.make(host, { text: box.value, label: "SPARQL query. Control and Enter run it.", terms: options, run: ask, changed: () => (problem.hidden = true) });
    box.hidden = true;
    document.querySelector("label[for=query]").addEventListener("click", () => editor.focus());
  } else {
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) ask();
    });
  }

  run.addEventListener("click", ask);
  cancel.addEventListener("click", () => HRDem.engine.cancel());
  link.addEventListener("click", async () => {
    history.replaceState(null, "", `#${new URLSearchParams({ query: text() })}`);
    try {
      await navigator.clipboard.writeText(location.href);
      status.textContent = "The address of this page now holds the query, and has been copied.";
    } catch {
      status.textContent = "The address of this page now holds the query.";
    }
  });
  window.addEventListener("hashchange", fromLink);
  fromLink();
  busy(false);
})();
