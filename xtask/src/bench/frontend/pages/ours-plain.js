// Rust asks, and nothing is traced: what the tracer's cost is measured from.

import init, { ask } from "./app.js";
import { ready } from "./loop.js";

const { memory } = await init({ module_or_path: new URL("app.wasm", import.meta.url) });
ready(ask, async () => {}, 0, memory);
