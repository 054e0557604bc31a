// Web vitals, with the meaning that the `web-vitals` library (6.2) gives them:
// https://github.com/GoogleChrome/web-vitals. A test compares the two.

import {
  activation,
  navigation,
  observe,
  whenActivated,
  whenHidden,
  whenIdle,
  whenLoaded,
  whenPainted,
  whenRestored,
} from "./page.js";
import { record } from "./record.js";
import { random } from "./session.js";

/** Up to where a value is good, and up to where it only needs improvement. */
const LIMITS = {
  cls: [0.1, 0.25],
  fcp: [1_800, 3_000],
  inp: [200, 500],
  lcp: [2_500, 4_000],
  ttfb: [800, 1_800],
};
/** The longest gap within a session window of layout shifts, and the longest window. */
const SHIFT_GAP_MS = 1_000;
const SHIFT_WINDOW_MS = 5_000;
/** The slowest interactions, one of which is forgiven per so many: the 98th percentile. */
const SLOWEST_MAX = 10;
const FORGIVEN_PER = 50;
/** Shorter events are not reported; what such an interaction counts as. */
const EVENT_MIN_MS = 40;
const FAST_MS = 8;

const RESTORED = "back-forward-cache";

/** The function that reports a vital of one visit to the page: a value once. */
const vital = (name, type) => {
  const id = random(8);
  let reported;
  return (value) => {
    if (value >= 0 && value !== reported) {
      const [good, fair] = LIMITS[name];
      record("browser.web_vital", {
        "browser.web_vital.name": name,
        "browser.web_vital.value": value,
        "browser.web_vital.delta": value - (reported ?? 0),
        "browser.web_vital.id": id,
        "browser.web_vital.rating":
          value > fair ? "poor" : value > good ? "needs-improvement" : "good",
        "browser.web_vital.navigation_type": type,
      });
      reported = value;
    }
  };
};

/** Such functions for all of them, by name. */
const visit = (type) =>
  Object.fromEntries(Object.keys(LIMITS).map((name) => [name, vital(name, type)]));

const navigationType = () => {
  if (document.prerendering || activation()) {
    return "prerender";
  }
  return document.wasDiscarded ? "restore" : navigation()?.type.replace("_", "-");
};

/** Starts to measure; every visit from the back/forward cache is measured anew. */
export const startVitals = () =>
  whenActivated(() => {
    const start = activation();
    let report = visit(navigationType());
    /** Page time from which on paints no longer count: nobody was looking. */
    let hiddenAt =
      performance
        .getEntriesByType("visibility-state")
        .find((entry) => entry.name === "hidden" && entry.startTime >= start)?.startTime ??
      (document.hidden ? 0 : Infinity);

    whenLoaded(() => {
      const { responseStart } = navigation() ?? {};
      if (responseStart > 0 && responseStart < performance.now()) {
        report.ttfb(Math.max(responseStart - start, 0));
      }
    });

    let isPainted = false;
    observe(["paint"], (entries) => {
      for (const { name, startTime } of entries) {
        if (name === "first-contentful-paint" && startTime < hiddenAt) {
          isPainted = true;
          report.fcp(Math.max(startTime - start, 0));
        }
      }
    });

    let largest = -1;
    const paints = observe(["largest-contentful-paint"], (entries) => {
      const { startTime } = entries.at(-1);
      if (startTime < hiddenAt) {
        largest = Math.max(startTime - start, 0);
      }
    });
    const settleLargest = () => {
      paints?.disconnect();
      report.lcp(largest);
    };
    for (const type of ["keydown", "click"]) {
      addEventListener(type, (event) => event.isTrusted && whenIdle(settleLargest), true);
    }

    let worst = 0;
    let sum = 0;
    let first;
    let latest;
    const shift = (entries) => {
      for (const { hadRecentInput, startTime, value } of entries) {
        if (!hadRecentInput) {
          const isNew =
            !sum || startTime - latest >= SHIFT_GAP_MS || startTime - first >= SHIFT_WINDOW_MS;
          sum = isNew ? value : sum + value;
          first = isNew ? startTime : first;
          latest = startTime;
          worst = Math.max(worst, sum);
        }
      }
    };
    const shifts = observe(["layout-shift"], shift);

    /** The longest event of each of the slowest interactions, by the interaction's id. */
    const slowest = new Map();
    let earlier = 0;
    let isRestored = false;
    const slowestFirst = () => [...slowest].sort(([, a], [, b]) => b - a);
    const interact = (entries) => {
      for (const { interactionId: id, duration } of entries) {
        if (id) {
          slowest.set(id, Math.max(slowest.get(id) ?? 0, duration));
          for (const [id] of slowestFirst().slice(SLOWEST_MAX)) {
            slowest.delete(id);
          }
        }
      }
    };
    const interactions = () => performance.interactionCount ?? 0;
    const percentile = () => {
      const count = interactions() - earlier;
      const at = Math.min(slowest.size - 1, Math.floor(count / FORGIVEN_PER));
      return slowestFirst()[at]?.[1] ?? (isRestored && count ? FAST_MS : -1);
    };
    const events = observe(
      ["event", "first-input"],
      (entries) => whenIdle(() => interact(entries)),
      { durationThreshold: EVENT_MIN_MS },
    );

    whenHidden((event) => {
      hiddenAt = Math.min(hiddenAt, event.timeStamp);
      settleLargest();
      if (shifts && isPainted) {
        shift(shifts.takeRecords());
        report.cls(worst);
      }
      if (events) {
        interact(events.takeRecords());
        report.inp(percentile());
      }
    });

    whenRestored((event) => {
      report = visit(RESTORED);
      worst = sum = 0;
      largest = -1;
      slowest.clear();
      earlier = interactions();
      isRestored = true;
      report.ttfb(0);
      whenPainted(() => {
        isPainted = true;
        const shown = performance.now() - event.timeStamp;
        report.fcp(shown);
        report.lcp(shown);
      });
    });
  });
