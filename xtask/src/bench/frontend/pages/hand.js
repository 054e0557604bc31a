// A tracer written by hand in JavaScript, to tell what the language costs from what the
// design costs: a span like the lab's for each request that it is told of, in batches,
// and nothing else that a tracer does.

import { ready, timed } from "./loop.js";

const ROUTE = "/small.json";
const MOMENTS = [
  "domainLookupStart",
  "domainLookupEnd",
  "connectStart",
  "secureConnectionStart",
  "connectEnd",
  "requestStart",
  "responseStart",
  "responseEnd",
];
const FULL = 100;

const hex = (bytes) =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
const text = (key, stringValue) => ({ key, value: { stringValue } });
const int = (key, value) => ({ key, value: { intValue: "" + value } });
const nanos = (ms) => Math.round((performance.timeOrigin + ms) * 1e3) + "000";

let session;
let waiting = [];

const flush = async () => {
  const spans = waiting;
  waiting = [];
  const resource = { attributes: [text("service.name", "task-frontend")] };
  const scopeSpans = [{ scope: { name: "by hand" }, spans }];
  await fetch("/otlp/v1/traces", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }),
  });
};

const events = (entry) => {
  let last = entry.fetchStart;
  const happened = (moment) => entry[moment] > last && (last = entry[moment]);
  return MOMENTS.filter(happened).map((name) => ({ name, timeUnixNano: nanos(entry[name]) }));
};

const tracedFetch = async (url) => {
  const [traceId, spanId] = [hex(16), hex(8)];
  const headers = {
    traceparent: `00-${traceId}-${spanId}-01`,
    baggage: "session.id=" + session,
  };
  const began = performance.now();
  const answer = await fetch(url, { headers });
  const read = await answer.json();
  const timings = performance.getEntriesByName(answer.url, "resource");
  const timing = timings.find(({ startTime }) => startTime >= began);
  waiting.push({
    traceId,
    spanId,
    flags: 0x101,
    name: "GET " + ROUTE,
    kind: 3,
    startTimeUnixNano: nanos(began),
    endTimeUnixNano: nanos(performance.now()),
    attributes: [
      text("session.id", session),
      text("http.request.method", "GET"),
      text("url.template", ROUTE),
      text("url.full", answer.url),
      text("server.address", location.hostname),
      int("server.port", location.port),
      int("http.response.status_code", answer.status),
      ...(timing ? [int("http.response.body.size", timing.encodedBodySize)] : []),
    ],
    events: timing ? events(timing) : [],
  });
  if (waiting.length >= FULL) {
    flush();
  }
  return read;
};

const start = () => {
  session = hex(16);
  performance.onresourcetimingbufferfull = () => performance.clearResourceTimings();
};

const ask = async (count) => {
  for (let i = 0; i < count; i++) {
    await tracedFetch(ROUTE);
  }
};

ready(ask, flush, timed(start));
