// Answers queries apart from the page, so that the page stays alive, and can end this at any time.
//
// In:  {code?, wasm, data} once: addresses of the engine's script, its program and the graph, or
//      their bytes (the script is here already then);
//      {id, query, format} for each query: the format is one of the engine, "" for triples as JSON.
// Out: {stage} while it starts; {ready: milliseconds}; {id, answer, milliseconds};
//      {id, error} or, if it could not start, {failed}.
"use strict";

let store = null;

async function bytes(source) {
  let content = source;
  if (typeof source === "string") {
    const response = await fetch(source);
    if (!response.ok) throw new Error(`${source} cannot be loaded (${response.status})`);
    content = await response.arrayBuffer();
  }
  // A server may have unpacked it already.
  const head = new Uint8Array(content, 0, 2);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return content;
  const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

async function begin({ code, wasm, data }) {
  const since = performance.now();
  postMessage({ stage: "engine" });
  if (code) importScripts(code);
  const graph = bytes(data);
  graph.catch(() => {});
  await oxigraph.start({ module_or_path: await bytes(wasm) });
  postMessage({ stage: "graph" });
  const text = new Uint8Array(await graph);
  const filled = new oxigraph.Store();
  filled.load(text, { format: "ttl" });
  store = filled;
  postMessage({ ready: performance.now() - since });
}

function term(each) {
  const { termType, value } = each;
  if (termType === "NamedNode") return { type: "uri", value };
  if (termType === "BlankNode") return { type: "bnode", value };
  const found = { type: "literal", value };
  if (each.language) found["xml:lang"] = each.language;
  else if (each.datatype.value !== "http://www.w3.org/2001/XMLSchema#string") found.datatype = each.datatype.value;
  return found;
}

function answer(query, format) {
  if (format) return store.query(query, { results_format: format });
  return store.query(query).map((quad) => [term(quad.subject), term(quad.predicate), term(quad.object)]);
}

onmessage = async ({ data }) => {
  if (!("id" in data)) {
    try {
      await begin(data);
    } catch (problem) {
      postMessage({ failed: String(problem.message || problem) });
    }
    return;
  }
  const since = performance.now();
  try {
    const found = answer(data.query, data.format);
    postMessage({ id: data.id, answer: found, milliseconds: performance.now() - since });
  } catch (problem) {
    postMessage({ id: data.id, error: String(problem.message || problem) });
  }
};
