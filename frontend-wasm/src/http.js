// One exchange by `fetch` in one crossing of the boundary to the module.

import { attempt } from "./tracer/js/page.js";
import { session } from "./tracer/js/session.js";

/** A full buffer takes no more resource timings; nobody but us reads it. */
performance.onresourcetimingbufferfull = () => performance.clearResourceTimings();

/**
 * Asks, reads the whole body, and gives the status, what the body's JSON says (its text where
 * it is none) and the request's resource timing where the browser has it by now.
 */
export const exchange = async (method, url, body, traceparent, keepalive, ms) => {
  const headers = {};
  if (body !== undefined) {
    headers["content-type"] = "application/json";
  }
  if (traceparent) {
    headers.traceparent = traceparent;
    headers.baggage = "session.id=" + session();
  }
  const began = performance.now();
  const signal = AbortSignal.timeout(ms);
  const answer = await fetch(url, { method, headers, body, keepalive, signal });
  let read = await answer.text();
  try {
    read = JSON.parse(read);
  } catch {
    // A text, a fragment of the page for one.
  }
  // The first one since: the same address may have been asked at the same time.
  let timing;
  if (traceparent) {
    attempt(() => {
      const timings = performance.getEntriesByName(answer.url, "resource");
      while (timings.at(-1)?.startTime >= began) {
        timing = timings.pop();
      }
    });
  }
  return [answer.status, read, timing];
};
