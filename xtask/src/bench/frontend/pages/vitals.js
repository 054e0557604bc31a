// Added to a peer's bundle where it has no web vitals of its own, for its size alone.

import { onCLS, onFCP, onINP, onLCP, onTTFB } from "web-vitals";

for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) {
  on((metric) => console.debug(metric));
}
