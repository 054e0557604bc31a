// Log records: what happens to the page rather than in a request.

import { LOGS, encode, put } from "./outbox.js";
import { session } from "./session.js";

export const INFO = [9, "INFO"];
export const WARN = [13, "WARN"];
export const ERROR = [17, "ERROR"];

/** The parts of the `traceparent` that records belong to. */
let context;

/** Lets records belong to the span that `traceparent` names. */
export const setPage = (traceparent) => {
  context = traceparent.split("-");
};

const anyValue = (any) =>
  Array.isArray(any)
    ? { arrayValue: { values: any.map(anyValue) } }
    : { [{ string: "stringValue", number: "doubleValue" }[typeof any] ?? "boolValue"]: any };

/** OTLP's attributes of an object; what is undefined is left out. */
export const attributes = (object) =>
  Object.entries(object).flatMap(([key, any]) =>
    any === undefined ? [] : { key, value: anyValue(any) },
  );

/**
 * Adds a record. One below an error follows the decision on the page's trace; an error
 * is worth its bytes whatever was decided. `at` is in milliseconds since the Unix epoch.
 */
export const record = (eventName, fields, severity = INFO, body, at = Date.now()) => {
  const [, traceId, spanId, flags] = context;
  if (severity === ERROR || flags === "01") {
    const nanos = Math.round(at * 1e3) + "000";
    const item = {
      timeUnixNano: nanos,
      severityNumber: severity[0],
      severityText: severity[1],
      eventName,
      body: body && anyValue(body),
      attributes: attributes({
        "session.id": session(),
        "url.path": location.pathname,
        ...fields,
      }),
      traceId,
      spanId,
      flags: +flags,
    };
    put(LOGS, encode(item));
  }
};
