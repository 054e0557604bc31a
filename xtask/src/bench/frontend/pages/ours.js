// The lab's tracer: Rust asks, and its requests are traced.

import init, { ask, flush, start } from "./app.js";
import { ready, timed } from "./loop.js";

const { memory } = await init({ module_or_path: new URL("app.wasm", import.meta.url) });
const init_ms = timed(start);
ready(ask, flush, init_ms, memory);
