// What every page of the benchmark does: requests one after the other.

/** Asks `count` times by the page's own `fetch`, patched or not. */
export const ask = async (count) => {
  for (let i = 0; i < count; i++) {
    const answer = await fetch("/small.json");
    await answer.json();
  }
};

/**
 * Says that the page is ready; `init_ms` is what starting the tracer took, `memory` that
 * of a module.
 */
export const ready = (run, flush, init_ms, memory) => {
  window.bench = { run, flush, init_ms, memory };
  document.documentElement.dataset.app = "ready";
};

/** Runs the start of a tracer and says how many milliseconds it took. */
export const timed = (start) => {
  const began = performance.now();
  start();
  return performance.now() - began;
};
