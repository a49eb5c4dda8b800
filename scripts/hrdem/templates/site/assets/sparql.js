// Reads the text of queries, and puts values into it: the same as hrdem.sparql and hrdem.queries.
"use strict";
window.HRDem = window.HRDem || {};

HRDem.sparql = (() => {
  const OPAQUE = /(?<comment>#[^\n\r]*)|(?<iri><[^<>"{}|^`\\\x00-\x20]*>)|(?<string>"""(?:(?:"|"")?(?:[^"\\]|\\[^]))*"""|'''(?:(?:'|'')?(?:[^'\\]|\\[^]))*'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')/g;
  const KIND = /^https:\/\/w3id\.org\/hrdem\//;
  const SLUG = /^[A-Za-z0-9](?:[A-Za-z0-9._~-]*[A-Za-z0-9_~])?$/;
  const BASE = "https://w3id.org/hrdem/";

  /** The text with comments as spaces and strings filled with x, positions unchanged. */
  function masked(text) {
    return text.replace(OPAQUE, (found, ...rest) => {
      const { comment, string } = rest[rest.length - 1];
      if (comment !== undefined) return " ".repeat(found.length);
      if (string !== undefined) return found[0] + "x".repeat(found.length - 2) + found[found.length - 1];
      return found;
    });
  }

  function place(text, offset) {
    const lines = text.slice(0, offset).split("\n");
    return { line: lines.length, column: lines[lines.length - 1].length + 1 };
  }

  class Wrong extends Error {
    constructor(message, line, column) {
      super(message);
      Object.assign(this, { line, column });
    }
  }

  /** The form of a query: select, ask, construct or describe. Throws Wrong for anything else. */
  function form(text) {
    const body = masked(text);
    const declaration = /\s*(?:PREFIX\s+\S*?:\s*<[^>]*>|BASE\s*<[^>]*>)/iy;
    let at = 0;
    while (((declaration.lastIndex = at), declaration.exec(body))) at = declaration.lastIndex;
    const word = /^\s*([A-Za-z]+)/.exec(body.slice(at));
    const name = word ? word[1].toUpperCase() : "";
    if (["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"].includes(name)) return name.toLowerCase();
    const offset = word ? at + word[0].length - word[1].length : text.trimEnd().length;
    const { line, column } = place(text, offset);
    if (["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"].includes(name)) {
      throw new Wrong(`This is an update (${name}), and the graph is read-only here. Ask with SELECT, ASK, CONSTRUCT or DESCRIBE.`, line, column);
    }
    throw new Wrong(`No query begins at line ${line}, column ${column}: after the prefixes comes one of SELECT, ASK, CONSTRUCT or DESCRIBE.`, line, column);
  }

  /** What the engine says of a query, in words and with the place where there is one. */
  function explained(text, said) {
    const found = /error at (\d+):(\d+): ([^]*)/.exec(said);
    if (!found) {
      if (/service/i.test(said)) return new Wrong("The query asks somebody else by SERVICE, which this page cannot do. Remove that part, or ask with the hrdem command.");
      return new Wrong(`The query cannot be answered: ${said.replace(/\.$/, "")}.`);
    }
    let [line, column] = [Number(found[1]), Number(found[2])];
    let reason = "SPARQL allows something else here";
    for (const [words, sentence] of [
      ["IRI parsing failed", "this is not a valid IRI"],
      ["variable that is unbound", "a selected variable is neither grouped nor computed"],
      ["Duplicated variable name", "two columns have the same name"],
    ]) {
      if (found[3].includes(words)) reason = sentence;
    }
    const last = place(text, text.trimEnd().length);
    if (line > last.line || (line === last.line && column >= last.column)) {
      reason = "it ends before it is complete; a closing bracket may be missing";
    }
    if (found[3].includes("Prefix not found")) {
      // The parser stops behind the name; what is wrong is its beginning.
      const name = /([\w.-]*):[\w.%-]*$/.exec((text.split("\n")[line - 1] || "").slice(0, column - 1));
      if (name) {
        column = name.index + 1;
        reason = `no PREFIX line declares the prefix ${name[1]}:`;
      }
    }
    return new Wrong(`The query is not valid SPARQL at line ${line}, column ${column}: ${reason}. Correct it and ask again.`, line, column);
  }

  // --- values -----------------------------------------------------------------------------------

  const LITERALS = {
    "xsd:date"(name, text) {
      const day = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text.trim());
      const [year, month, date] = day ? day.slice(1).map(Number) : [0, 0, 0];
      const last = [31, year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
      if (year < 1 || month < 1 || month > 12 || date < 1 || date > last[month - 1]) {
        throw new Wrong(`${name} wants a day of the calendar written year-month-day, like 2021-01-31, not '${text}'.`);
      }
      return text.trim();
    },
    "xsd:integer"(name, text) {
      if (!/^[+-]?[0-9]{1,18}$/.test(text.trim())) throw new Wrong(`${name} wants a whole number, like 12, not '${text}'.`);
      return String(BigInt(text.trim().replace("+", "")));
    },
    "xsd:string"(name, text) {
      if (/\\|[^\P{Z} ]|\p{C}/u.test(text)) throw new Wrong(`${name} wants plain text on one line, without backslash or control characters.`);
      return text;
    },
  };

  function thing(parameter, text, kinds) {
    const kind = parameter.type.replace("iri:", "");
    const allowed = kind === "thing" ? kinds : [kind];
    let iri = text.trim();
    if (iri.startsWith("<") && iri.endsWith(">")) iri = iri.slice(1, -1);
    if (SLUG.test(iri) && kind !== "thing") return `<${BASE}${kind}/${iri}>`;
    const named = /^([^:]*):([^]*)$/.exec(iri);
    if (named && kinds.includes(named[1])) iri = `${BASE}${named[1]}/${named[2]}`;
    const [first, ...rest] = iri.replace(KIND, "").split("/");
    if (KIND.test(iri) && allowed.includes(first) && rest.length === 1 && SLUG.test(rest[0])) return `<${iri}>`;
    const what = kind === "thing" ? "a thing" : `a thing of the kind ${kind}`;
    const example = kind === "thing" ? parameter.example : `${kind}:${parameter.example.split("/").pop().split(":").pop()}`;
    throw new Wrong(`${parameter.name} wants ${what}, written like ${example} or as its full IRI, not '${text}'.`);
  }

  /** A value that a person typed as SPARQL writes it. Throws Wrong if it is not of the type. */
  function term(parameter, text, kinds) {
    if (parameter.type.startsWith("iri:")) return thing(parameter, text, kinds);
    const value = LITERALS[parameter.type](parameter.name, text).replace(/["\\]/g, "\\$&");
    const type = parameter.type.replace("xsd:", "http://www.w3.org/2001/XMLSchema#");
    return `"${value}"` + (parameter.type === "xsd:string" ? "" : `^^<${type}>`);
  }

  /** The query with the terms for `values` in the places of its examples, and nothing else changed. */
  function bind(query, values, kinds) {
    const swaps = query.parameters.filter(({ name }) => name in values).map((parameter) => {
      const pattern = `(\\bVALUES\\s*[?$]${parameter.name}(?![A-Za-z0-9_])\\s*\\{\\s*)([^{}]*?)\\s*\\}`;
      const found = new RegExp(pattern, "i").exec(masked(query.text));
      const from = found.index + found[1].length;
      const to = from + found[2].length;
      return { from, to, written: term(parameter, values[parameter.name], kinds) };
    });
    let text = query.text;
    for (const { from, to, written } of swaps.sort((one, other) => other.from - one.from)) {
      text = text.slice(0, from) + written + text.slice(to);
    }
    return text;
  }

  return { Wrong, masked, form, explained, term, bind };
})();
