import "./otel-zone.js";
import "./vitals.js";
