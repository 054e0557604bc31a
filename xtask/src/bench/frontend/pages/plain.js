import { ask, ready } from "./loop.js";

ready(ask, async () => {}, 0);
