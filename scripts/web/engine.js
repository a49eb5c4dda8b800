// The query engine as a classic script: sets `oxigraph`. See hrdem.site.assets.
export { default as start, Store } from "oxigraph/web.js";
