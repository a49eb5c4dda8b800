// The editor of queries as a classic script: sets `HRDemEditor`. See hrdem.site.assets.
//
// It lives in a shadow root, where CodeMirror takes adopted style sheets: the policy of the pages
// allows no style elements.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";

// Colours are those of palette.css, which pass into shadow roots as custom properties.
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--link)", fontWeight: "600" },
  { tag: [tags.string, tags.integer, tags.float, tags.bool], color: "var(--good)" },
  { tag: tags.variableName, color: "var(--warn)" },
  { tag: [tags.comment, tags.annotation], color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.namespace, tags.url, tags.typeName], color: "var(--text)" },
]);

const dress = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--back)", border: "1px solid var(--control, var(--soft))", fontSize: "0.95rem" },
  "&.cm-focused": { outline: "3px solid var(--link)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "ui-monospace, monospace", lineHeight: "1.5", minHeight: "12rem", maxHeight: "32rem" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { color: "var(--soft)", backgroundColor: "var(--box)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--box)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--mark)" },
  ".cm-matchingBracket": { outline: "1px solid var(--soft)", backgroundColor: "transparent" },
  ".cm-tooltip": { color: "var(--text)", backgroundColor: "var(--back)", border: "1px solid var(--soft)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--back)", backgroundColor: "var(--link)" },
  ".cm-completionInfo": { maxWidth: "22rem" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--bad)" },
});

const quiet = new Set(["String", "Comment"]);

function complete(terms, context) {
  if (quiet.has(syntaxTree(context.state).resolveInner(context.pos, -1).name)) return null;
  const word = context.matchBefore(/[?$]?[\w-]*:?[\w-]*/);
  if (word.from === word.to && !context.explicit) return null;
  if (/^[?$]/.test(word.text)) {
    const names = new Set(context.state.doc.toString().match(/[?$]\w+/g));
    names.delete(word.text);
    return { from: word.from, options: [...names].sort().map((label) => ({ label, type: "variable" })) };
  }
  return { from: word.from, options: terms, validFor: /^[\w-]*:?[\w-]*$/ };
}

/**
 * Put an editor into an element.
 *
 * options: text; label, its accessible name; describedBy is not possible across a shadow root, so
 * hint is added to the label; terms, what is offered: {label, type, detail, info}; run(), called on
 * Ctrl-Enter; changed(), called when the text changes.
 * Returns {text, setText(text), mark(line, column, message), clear(), focus()}.
 */
export function make(host, options) {
  const root = host.attachShadow({ mode: "open" });
  const run = { key: "Mod-Enter", run: () => (options.run(), true) };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        Prec.highest(keymap.of([run])),
        lineNumbers(), history(), drawSelection(), highlightActiveLine(), bracketMatching(), closeBrackets(),
        EditorView.lineWrapping,
        sparql(),
        syntaxHighlighting(colours),
        autocompletion({ override: [(context) => complete(options.terms, context)], icons: false }),
        // Tab is left to the browser, so that the keyboard can leave the editor.
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap]),
        // Left to itself, Chromium keeps the style of what is overwritten as a style attribute.
        EditorView.domEventHandlers({
          beforeinput(event, view) {
            if (event.inputType !== "insertText" || !event.data || view.state.selection.main.empty || /^[[({"'<]$/.test(event.data)) return false;
            event.preventDefault();
            view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
            return true;
          },
        }),
        EditorView.contentAttributes.of({ "aria-label": options.label, tabindex: "0" }),
        EditorView.updateListener.of((update) => update.docChanged && options.changed()),
        dress,
      ],
    }),
  });
  return {
    get text() {
      return view.state.doc.toString();
    },
    setText(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    mark(line, column, message) {
      const doc = view.state.doc;
      const found = doc.line(Math.min(line, doc.lines));
      // A mark needs a character to stand at; the place may be behind the last one.
      const from = Math.max(Math.min(found.from + column - 1, doc.length - 1), 0);
      const to = Math.min(from + 1, doc.length);
      view.dispatch(setDiagnostics(view.state, [{ from, to, severity: "error", message }]));
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
    },
    clear() {
      view.dispatch(setDiagnostics(view.state, []));
    },
    focus() {
      view.focus();
    },
  };
}
