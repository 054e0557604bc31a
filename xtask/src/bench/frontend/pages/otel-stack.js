import { StackContextManager } from "@opentelemetry/sdk-trace-web";
import { start } from "./otel.js";

start(new StackContextManager());
