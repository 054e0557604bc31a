// The part of the tracer that is the browser's: what the module asks of it.

import { watchErrors, watchLongTasks } from "./events.js";
import { SPANS, flush, open, put, sendLast } from "./outbox.js";
import {
  attempt,
  navigation,
  watchHiding,
  whenHidden,
  whenLoaded,
  whenPainted,
} from "./page.js";
import { attributes, setPage } from "./record.js";
import { keepSession, session } from "./session.js";
import { startVitals } from "./vitals.js";

export { flush, session, setPage };

/** A span's way out. */
export const putSpan = (item) => put(SPANS, item);

/** Fills `bytes` with random ones. */
export const fillRandom = (bytes) => crypto.getRandomValues(bytes);

const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content;

/**
 * The server's span for this page: from the `Server-Timing` header, which static pages
 * can carry too, or from the page itself.
 */
export const serverSpan = () =>
  attempt(() => navigation().serverTiming.find(({ name }) => name === "traceparent").description) ??
  meta("traceparent");

/** The share of the page's own traces that is recorded, from 0 to 1. */
export const sampleRatio = () => +(meta("trace-sample-ratio") ?? 1);

/** The navigation's entry once the load event is over. */
export const loaded = () => new Promise((done) => whenLoaded(() => done(navigation())));

/** Resolves when the page's next picture is on the screen. */
export const painted = () => new Promise(whenPainted);

/** Names of the Network Information API as the semantic conventions have them. */
const CONNECTIONS = {
  cellular: "cell",
  ethernet: "wired",
  none: "unavailable",
  wifi: "wifi",
};

/** Who sends, as OTLP's resource: asked anew with each request, as connections change. */
const resource = (service, version) => {
  const told = (name) => attempt(() => navigator[name]);
  const agent = told("userAgentData");
  const type = told("connection")?.type;
  return {
    attributes: attributes({
      "service.name": service,
      "service.version": version,
      "deployment.environment.name": "lab",
      "browser.brands": agent?.brands?.map(({ brand, version }) => brand + " " + version),
      "browser.language": told("language"),
      "browser.mobile": agent?.mobile,
      "browser.platform": agent?.platform || undefined,
      "network.connection.type": type && (CONNECTIONS[type] ?? "unknown"),
      "user_agent.original": told("userAgent"),
    }),
  };
};

/** Starts everything; `page` is the `traceparent` that the page's records belong to. */
export const start = (service, scope, version, page) => {
  setPage(page);
  open(() => resource(service, version), { name: scope, version });
  // Whatever makes a last record comes before what sends it.
  [watchHiding, watchErrors, watchLongTasks, startVitals].forEach(attempt);
  whenHidden(({ type, persisted }) => {
    keepSession();
    sendLast(type === "pagehide" && !persisted);
  });
};
