// What goes wrong or takes long in the page, as log records.

import { LOGS, lose } from "./outbox.js";
import { observe } from "./page.js";
import { ERROR, WARN, record } from "./record.js";

/** Errors that one page reports: one in a loop would flood the intake. */
const ERRORS_MAX = 100;
/** Characters that are kept of a message, which may repeat what a person typed. */
const MESSAGE_MAX = 500;
const STACK_MAX = 4_000;

/** Reports what nobody has caught. */
export const watchErrors = () => {
  let seen = 0;
  const report = ({ error, reason = error, message }) => {
    if (seen++ >= ERRORS_MAX) {
      lose(LOGS);
      return;
    }
    // Anything can be thrown, objects that throw when they are read included.
    try {
      const type = reason?.name;
      const text = String(reason?.message ?? reason ?? message).slice(0, MESSAGE_MAX);
      const fields = {
        "exception.type": type,
        "exception.message": text,
        "exception.stacktrace": reason?.stack?.slice(0, STACK_MAX),
      };
      record("exception", fields, ERROR, type ? type + ": " + text : text);
    } catch {}
  };
  addEventListener("error", report);
  addEventListener("unhandledrejection", report);
};

/**
 * Reports tasks of more than 50 ms. A record rather than an event of a span: the browser
 * tells of a task when it is over, not for whom it ran.
 */
export const watchLongTasks = () =>
  observe(["longtask"], (tasks) => {
    for (const { duration, startTime } of tasks) {
      const fields = { "app.long_task.duration_ms": duration };
      record("app.long_task", fields, WARN, undefined, performance.timeOrigin + startTime);
    }
  });
