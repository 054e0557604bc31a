import "./otel-stack.js";
import "./vitals.js";
