import { ZoneContextManager } from "@opentelemetry/context-zone";
import { start } from "./otel.js";

start(new ZoneContextManager());
