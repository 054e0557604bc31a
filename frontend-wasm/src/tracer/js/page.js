// What the browser knows of the page: its timings, its visibility, its server's trace.

/** What `ask` gives; nothing where it throws, for telemetry never fails the application. */
export const attempt = (ask) => {
  try {
    return ask();
  } catch {}
};

/** The entry of the page's own load; the browser fills it in while the page loads. */
export const navigation = () => attempt(() => performance.getEntriesByType("navigation")[0]);

/** When a page that was rendered ahead was first shown, in page time. */
export const activation = () => navigation()?.activationStart ?? 0;

/** Calls back when the page is looked at: one that is rendered ahead waits for that. */
export const whenActivated = (start) =>
  document.prerendering ? addEventListener("prerenderingchange", start, { once: true }) : start();

/** Calls back once the load event is over. */
export const whenLoaded = (done) =>
  document.readyState === "complete"
    ? setTimeout(done)
    : addEventListener("load", () => setTimeout(done), { once: true });

/** Calls back when the page's next picture is on the screen. */
export const whenPainted = (done) => requestAnimationFrame(() => requestAnimationFrame(done));

/** Calls back with an event when the browser brings the page back as it was left. */
export const whenRestored = (done) =>
  addEventListener("pageshow", (event) => event.persisted && done(event));

/**
 * Observes performance entries, those from before included; nothing where the browser
 * knows none of the types.
 */
export const observe = (types, seen, options) => {
  const all = globalThis.PerformanceObserver?.supportedEntryTypes;
  const known = types.filter((type) => all?.includes(type));
  if (known.length) {
    const observer = new PerformanceObserver((list) => seen(list.getEntries()));
    known.forEach((type) => observer.observe({ type, buffered: true, ...options }));
    return observer;
  }
};

const idle = new Set();
const hidden = [];

/** Calls back when the browser has nothing better to do, or when the page is hidden. */
export const whenIdle = (task) => {
  if (document.hidden) {
    return task();
  }
  idle.add(task);
  const run = () => idle.delete(task) && task();
  globalThis.requestIdleCallback ? requestIdleCallback(run, { timeout: 1_000 }) : setTimeout(run);
};

/**
 * Calls back whenever the page is hidden or left, which may be the last that it hears;
 * in the order of these calls.
 */
export const whenHidden = (done) => hidden.push(done);

/** Starts to watch for that. */
export const watchHiding = () => {
  const hide = (event) => {
    if (document.hidden || event.type === "pagehide") {
      for (const task of idle) {
        idle.delete(task);
        task();
      }
      hidden.forEach((done) => done(event));
    }
  };
  addEventListener("visibilitychange", hide, true);
  addEventListener("pagehide", hide, true);
};
