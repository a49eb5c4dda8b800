// Shows what a query answers: as a table, as a graph where things lead to things, and as a timeline
// where there are two columns of days. Values are set as text, never as HTML.
"use strict";
window.HRDem = window.HRDem || {};

HRDem.results = (() => {
  const root = new URL("..", document.currentScript.src).href;
  const ROWS = 1000;
  const NODES = 120;
  const XSD = "http://www.w3.org/2001/XMLSchema#";
  const LABELS = ["http://www.w3.org/2004/02/skos/core#prefLabel", "http://www.w3.org/2000/01/rdf-schema#label", "http://purl.org/dc/terms/title"];
  const PAIRS = [["s", "o"], ["subject", "object"], ["from", "to"], ["source", "target"], ["later", "earlier"], ["parent", "child"]];

  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "onclick") element.addEventListener("click", value);
      else if (value !== null && value !== undefined) element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  }

  function draw(name, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  // --- terms ------------------------------------------------------------------------------------

  /** An IRI as people write it in queries. */
  function short(iri) {
    const { prefixes } = window.HRDemNames;
    const cut = Math.max(iri.lastIndexOf("/"), iri.lastIndexOf("#")) + 1;
    const found = Object.entries(prefixes).find(([, space]) => space === iri.slice(0, cut));
    return found && iri.length > cut ? `${found[0]}:${iri.slice(cut)}` : iri;
  }

  /** Where a link to an IRI leads: to its page here, to the web, or "" if nowhere. */
  function address(iri) {
    const { base, kinds } = window.HRDemNames;
    if (iri.startsWith(base)) {
      const [path, part] = iri.slice(base.length).split("#");
      if (path === "ontology" && part) return `${root}ontology.html#${part}`;
      const [kind, slug, ...more] = path.split("/");
      if (slug && !more.length && (kinds.includes(kind) || kind === "query")) {
        return `${root}${kind}/${encodeURIComponent(slug)}.html${part ? `#${part}` : ""}`;
      }
      return "";
    }
    return /^(https?|mailto):/.test(iri) ? iri : "";
  }

  function shown(term) {
    if (!term) return "";
    if (term.type === "uri") {
      const target = address(term.value);
      return target ? make("a", { href: target }, short(term.value)) : short(term.value);
    }
    if (term.type === "bnode") return `_:${term.value}`;
    return make("span", { lang: term["xml:lang"] }, term.value);
  }

  // --- table ------------------------------------------------------------------------------------

  function table(columns, rows, title) {
    const head = make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name)));
    const body = rows.slice(0, ROWS).map((row) => make("tr", {}, ...row.map((term) => make("td", {}, shown(term)))));
    const region = { class: "scroll", tabindex: "0", role: "region", "aria-label": title };
    return make("div", region, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
  }

  // --- graph ------------------------------------------------------------------------------------

  /** The arrows that rows stand for, null if they stand for none. */
  function arrows(form, columns, rows) {
    if (form === "construct" || form === "describe") {
      const names = new Map();
      const found = [];
      for (const [subject, predicate, object] of rows) {
        if (object.type !== "literal") found.push({ from: subject.value, to: object.value, name: short(predicate.value) });
        else if (LABELS.includes(predicate.value) && (!object["xml:lang"] || object["xml:lang"] === "en")) names.set(subject.value, object.value);
      }
      return found.length ? { found, names } : null;
    }
    const pair = PAIRS.find((each) => each.every((name) => columns.includes(name)));
    const [from, to] = pair ? pair.map((name) => columns.indexOf(name)) : [-1, -1];
    if (!pair || !rows.length) return null;
    const middle = ["p", "predicate", "property", "relation"].map((name) => columns.indexOf(name)).find((at) => at >= 0);
    const names = new Map();
    const found = [];
    for (const row of rows) {
      if (!row[from] || !row[to] || row[to].type === "literal" || row[from].type === "literal") continue;
      for (const at of [from, to]) {
        const label = row[columns.indexOf(`${columns[at]}Label`)];
        if (label) names.set(row[at].value, label.value);
      }
      found.push({ from: row[from].value, to: row[to].value, name: middle !== undefined && row[middle] ? short(row[middle].value) : "" });
    }
    return found.length ? { found, names } : null;
  }

  /** Each node's distance from where arrows begin, without going round in circles. */
  function layers(nodes, found) {
    const next = new Map(nodes.map((node) => [node, []]));
    for (const { from, to } of found) if (from !== to) next.get(from).push(to);
    const order = [];
    const state = new Map();
    const forward = [];
    for (const start of nodes) {
      const path = state.has(start) ? [] : [[start, 0]];
      if (path.length) state.set(start, 1);
      while (path.length) {
        const top = path[path.length - 1];
        const to = next.get(top[0])[top[1]++];
        if (to === undefined) {
          state.set(top[0], 2);
          order.push(top[0]);
          path.pop();
        } else if (state.get(to) !== 1) {
          forward.push([top[0], to]);
          if (!state.has(to)) {
            state.set(to, 1);
            path.push([to, 0]);
          }
        }
      }
    }
    const layer = new Map(nodes.map((node) => [node, 0]));
    const ahead = new Map(nodes.map((node) => [node, []]));
    for (const [from, to] of forward) ahead.get(from).push(to);
    for (const node of order.reverse()) {
      for (const to of ahead.get(node)) layer.set(to, Math.max(layer.get(to), layer.get(node) + 1));
    }
    return layer;
  }

  function cut(text, length) {
    return text.length > length ? `${text.slice(0, length - 1)}…` : text;
  }

  /** The beginning of a text in three lines; what is read aloud has to begin the same. */
  function broken(text, length) {
    const lines = [];
    let rest = text;
    while (rest && lines.length < 3) {
      const at = rest.length <= length ? rest.length : rest.lastIndexOf(" ", length) + 1 || length;
      lines.push(rest.slice(0, at));
      rest = rest.slice(at);
    }
    return lines;
  }

  function graph({ found, names }) {
    const all = [...new Set(found.flatMap(({ from, to }) => [from, to]))];
    const nodes = all.slice(0, NODES);
    const kept = found.filter(({ from, to }) => nodes.includes(from) && nodes.includes(to));
    const layer = layers(nodes, kept);
    const [wide, high, gap] = [230, 60, 120];
    const columns = [];
    for (const node of nodes) (columns[layer.get(node)] ||= []).push(node);
    const spot = new Map();
    // Within a column, near those that lead there.
    columns.forEach((column, x) => {
      const pull = (node) => {
        const above = kept.filter((each) => each.to === node && spot.has(each.from)).map((each) => spot.get(each.from).y);
        return above.length ? above.reduce((sum, y) => sum + y, 0) / above.length : 0;
      };
      const places = new Map(column.map((node) => [node, pull(node)]));
      column.sort((one, other) => places.get(one) - places.get(other)).forEach((node, y) => spot.set(node, { x: x * (wide + gap), y: y * (high + 16) }));
    });
    const width = columns.length * (wide + gap) - gap;
    const height = Math.max(...columns.map((column) => column.length)) * (high + 16) - 16;
    const notes = draw("g", {});
    const svg = draw("svg", { viewBox: `-4 -4 ${width + 8} ${height + 8}`, width: width + 8, height: height + 8, role: "group", "aria-label": "Things and what leads to what", class: "result-graph" });
    const head = draw("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 8, markerHeight: 8, orient: "auto" });
    head.append(draw("path", { d: "M0 0 8 4 0 8z", class: "head" }));
    svg.append(draw("defs", {}, head));
    const lines = new Map();
    for (const { from, to, name } of kept) {
      const key = `${from} ${to}`;
      lines.set(key, { from, to, names: [...((lines.get(key) || {}).names || []), name] });
    }
    for (const { from, to, names: said } of lines.values()) {
      const [one, other] = [spot.get(from), spot.get(to)];
      const ahead = other.x > one.x;
      const [x1, y1] = [ahead ? one.x + wide : one.x, one.y + high / 2];
      const [x2, y2] = [ahead ? other.x : other.x + wide, other.y + high / 2];
      const bend = ahead ? 40 : -40;
      const line = draw("path", { d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, class: "arrow", "marker-end": "url(#arrow)" });
      const words = [...new Set(said)].filter(Boolean).join(", ");
      if (words) line.append(draw("title", {}, words));
      svg.append(line);
      if (words && lines.size <= 40) {
        notes.append(draw("text", { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 4, class: "relation", "text-anchor": "middle" }, cut(words.replace(/\b\w+:/g, ""), 20)));
      }
    }
    svg.append(notes);
    for (const node of nodes) {
      const { x, y } = spot.get(node);
      const name = names.get(node) || short(node);
      const box = draw("rect", { x, y, width: wide, height: high, rx: 5 });
      const lines = broken(name, 33);
      const text = draw("text", {}, ...lines.map((line, at) => draw("tspan", { x: x + 8, y: y + 43 - lines.length * 8 + at * 16 }, line)));
      const target = address(node);
      const part = target ? draw("a", { href: target, "aria-label": name }, box, text) : draw("g", {}, box, text);
      part.append(draw("title", {}, name));
      svg.append(part);
    }
    const parts = [make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Graph of the answer" }, svg)];
    if (all.length > nodes.length) parts.unshift(make("p", {}, `The first ${NODES} of ${all.length} things are drawn.`));
    return make("div", {}, ...parts);
  }

  // --- timeline ---------------------------------------------------------------------------------

  const day = (term) => Date.parse(`${term.value.slice(0, 10)}T00:00:00Z`) / 86400000;

  /** The bars that rows stand for, null if fewer than two columns hold days. */
  function bars(columns, rows) {
    const dated = columns.map((_, at) => at).filter((at) => {
      const values = rows.map((row) => row[at]).filter(Boolean);
      return values.length && values.every((term) => term.datatype === `${XSD}date`);
    });
    if (dated.length < 2) return null;
    const name = columns.findIndex((column, at) => !dated.includes(at) && rows.some((row) => row[at] && row[at]["xml:lang"]));
    const naming = name >= 0 ? name : columns.findIndex((_, at) => !dated.includes(at));
    const found = rows.filter((row) => row[dated[0]]).slice(0, 60).map((row) => ({
      name: naming < 0 || !row[naming] ? "" : row[naming].type === "uri" ? short(row[naming].value) : row[naming].value,
      link: (row.map((term) => (term && term.type === "uri" ? address(term.value) : "")).find((each) => each.startsWith(root))) || "",
      start: day(row[dated[0]]),
      end: row[dated[1]] ? day(row[dated[1]]) : null,
      words: `${row[dated[0]].value} – ${row[dated[1]] ? row[dated[1]].value : "no end given"}`,
    }));
    return found.length ? found : null;
  }

  function timeline(found) {
    const first = Math.min(...found.map(({ start }) => start));
    const last = Math.max(...found.map(({ start, end }) => Math.max(start, end === null ? start : end)));
    const year = (at) => new Date(at * 86400000).getUTCFullYear();
    const [from, to] = [Date.UTC(year(first), 0, 1) / 86400000, Date.UTC(year(last) + 1, 0, 1) / 86400000];
    const [wide, high] = [900, 40];
    const x = (at) => ((at - from) / (to - from)) * wide;
    const height = found.length * high + 24;
    const svg = draw("svg", { viewBox: `-4 0 ${wide + 8} ${height}`, width: wide + 8, height, role: "group", "aria-label": "Bars from day to day", class: "result-timeline" });
    const years = year(to) - year(from);
    const step = [1, 2, 5, 10, 20, 50, 100].find((each) => years / each <= 14) || 200;
    for (let at = year(from); at <= year(to); at += step) {
      const place = x(Date.UTC(at, 0, 1) / 86400000);
      svg.append(draw("line", { x1: place, x2: place, y1: 18, y2: height, class: "year" }), draw("text", { x: place, y: 13, class: "relation", "text-anchor": at === year(to) ? "end" : "start" }, String(at)));
    }
    found.forEach(({ name, link, start, end, words }, at) => {
      const y = 24 + at * high;
      const long = Math.max(x(end === null ? to : end) - x(start), 5);
      const text = draw("text", { x: Math.min(x(start), wide - 320), y: y + 12 }, `${name} ${words}`.trim().slice(0, 110));
      const bar = draw("rect", { x: x(start), y: y + 17, width: long, height: 12, rx: 3, class: end === null ? "bar open" : "bar" });
      const part = link ? draw("a", { href: link, "aria-label": `${name} ${words}`.trim() }, text, bar) : draw("g", {}, text, bar);
      part.append(draw("title", {}, `${name} ${words}`.trim()));
      svg.append(part);
    });
    return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Timeline of the answer" }, svg);
  }

  // --- all of it --------------------------------------------------------------------------------

  /** Columns and rows of what the engine answered: "" as format for triples, else SPARQL JSON. */
  function read(form, answer) {
    if (form === "construct" || form === "describe") return { columns: ["subject", "predicate", "object"], rows: answer };
    const { head, results, boolean } = JSON.parse(answer);
    if (form === "ask") return { columns: [], rows: [], boolean };
    return { columns: head.vars, rows: results.bindings.map((each) => head.vars.map((name) => each[name])) };
  }

  function save(name, type, text) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    const link = make("a", { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  const FORMATS = {
    select: [["CSV", "csv", "text/csv"], ["TSV", "tsv", "text/tab-separated-values"], ["JSON", "json", "application/sparql-results+json"]],
    ask: [["JSON", "json", "application/sparql-results+json"]],
    construct: [["Turtle", "ttl", "text/turtle"], ["N-Triples", "nt", "application/n-triples"], ["JSON-LD", "jsonld", "application/ld+json"]],
  };
  FORMATS.describe = FORMATS.construct;

  /** How many, in words. */
  function count(form, { rows, boolean }) {
    if (form === "ask") return boolean ? "Yes." : "No.";
    const unit = form === "select" ? "row" : "triple";
    return `${rows.length.toLocaleString("en")} ${unit}${rows.length === 1 ? "" : "s"}.`;
  }

  /**
   * Show an answer in an element, in place of what it holds.
   *
   * name: of files that are saved. export(format): answers the same query anew, whole.
   */
  function show(host, { form, answer, name, again, failed }) {
    const found = read(form, answer);
    const views = [];
    if (form === "ask") views.push(["Answer", () => make("p", { class: "boolean" }, found.boolean ? "Yes" : "No")]);
    else {
      views.push(["Table", () => table(found.columns, found.rows, "Table of the answer")]);
      const leading = arrows(form, found.columns, found.rows);
      if (leading) views.push(["Graph", () => graph(leading)]);
      const dated = form === "select" ? bars(found.columns, found.rows) : null;
      if (dated) views.push(["Timeline", () => timeline(dated)]);
    }
    const view = make("div", { class: "view" });
    const buttons = views.map(([title, draw]) => make("button", {
      type: "button",
      onclick(event) {
        for (const each of buttons) each.setAttribute("aria-pressed", String(each === event.currentTarget));
        view.replaceChildren(draw());
      },
    }, title));
    const saving = FORMATS[form].map(([title, suffix, type]) => make("button", {
      type: "button",
      async onclick() {
        try {
          save(`${name}.${suffix}`, type, await again(suffix));
        } catch (problem) {
          failed(problem);
        }
      },
    }, title));
    const parts = [];
    if (views.length > 1) parts.push(make("div", { class: "choices", role: "group", "aria-label": "Show as" }, ...buttons));
    if (found.rows.length > ROWS) parts.push(make("p", {}, `The first ${ROWS.toLocaleString("en")} are shown; the files below have all.`));
    parts.push(view, make("div", { class: "choices", role: "group", "aria-label": "Save as" }, make("span", {}, "Save as"), ...saving));
    host.replaceChildren(...parts);
    buttons[0].click();
    return count(form, found);
  }

  return { show, make, short, address };
})();
