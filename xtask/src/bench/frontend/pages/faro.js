// Grafana Faro with its tracing, as its documentation sets it up.

import { getWebInstrumentations, initializeFaro } from "@grafana/faro-web-sdk";
import { TracingInstrumentation } from "@grafana/faro-web-tracing";
import { ask, ready, timed } from "./loop.js";

const init_ms = timed(() =>
  initializeFaro({
    url: location.origin + "/collect",
    app: { name: "task-frontend", version: "1" },
    instrumentations: [...getWebInstrumentations(), new TracingInstrumentation()],
  }),
);
// It sends batches after 250 ms by itself.
ready(ask, () => new Promise((go) => setTimeout(go, 1_000)), init_ms);
