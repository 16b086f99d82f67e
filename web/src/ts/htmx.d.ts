/** Imported for its effect; the page speaks to it by attributes. */
declare module "htmx.org/dist/htmx.esm.js";
