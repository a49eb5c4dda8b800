// The query engine of a page: started when the first query is asked, ended to cancel one.
"use strict";
window.HRDem = window.HRDem || {};

HRDem.engine = (() => {
  const base = new URL(".", document.currentScript.src).href;
  const waiting = new Map();
  let worker = null;
  let starting = null;
  let last = 0;
  let tell = () => {};

  function unpacked(text) {
    return Uint8Array.from(atob(text), (each) => each.charCodeAt(0)).buffer;
  }

  function loaded(address) {
    return new Promise((done, failed) => {
      const element = document.createElement("script");
      element.src = address;
      element.onload = done;
      element.onerror = () => failed(new Error("The query engine cannot be loaded. Check the connection, and ask again."));
      document.head.append(element);
    });
  }

  async function made() {
    if (location.protocol !== "file:") {
      const parts = { code: base + "engine/oxigraph.js", wasm: base + "engine/oxigraph.wasm.gz", data: base + "data.ttl.gz" };
      return [new Worker(base + "worker.js"), parts];
    }
    // From a disk, pages load scripts only; so all of it is one.
    if (!window.HRDemInline) await loaded(base + "engine-inline.js");
    const { code, wasm, data } = window.HRDemInline;
    const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    return [new Worker(address), { wasm: unpacked(wasm), data: unpacked(data) }];
  }

  function end(reason) {
    if (worker) worker.terminate();
    worker = starting = null;
    for (const { failed } of waiting.values()) failed(reason);
    waiting.clear();
  }

  function start() {
    starting ||= (async () => {
      const [mine, parts] = await made();
      worker = mine;
      await new Promise((done, failed) => {
        waiting.set("start", { done, failed });
        mine.onerror = (event) => {
          event.preventDefault();
          end(new Error("The query engine stopped. The query may want more memory than there is: add a LIMIT, or ask for less."));
        };
        mine.onmessage = ({ data }) => {
          if (data.stage) tell(data.stage);
          else if ("failed" in data) end(new Error(`The query engine cannot be loaded: ${data.failed}. Check the connection, and ask again.`));
          else if ("ready" in data) {
            waiting.delete("start");
            done();
          } else if (waiting.has(data.id)) {
            const { done, failed } = waiting.get(data.id);
            waiting.delete(data.id);
            if ("error" in data) failed(new Error(data.error));
            else done(data);
          }
        };
        mine.postMessage(parts);
      });
    })();
    starting.catch(() => {
      starting = null;
    });
    return starting;
  }

  class Cancelled extends Error {}

  return {
    Cancelled,
    /** Answer a query; resolves to {answer, milliseconds}. `say` gets "engine", "graph", "query". */
    async ask(query, format, say) {
      tell = say || (() => {});
      await start();
      tell("query");
      const id = ++last;
      return new Promise((done, failed) => {
        waiting.set(id, { done, failed });
        worker.postMessage({ id, query, format });
      });
    },
    /** End what runs. The engine is started anew, since it cannot be interrupted. */
    cancel() {
      tell = () => {};
      end(new Cancelled("Cancelled."));
      start().catch(() => {});
    },
  };
})();
