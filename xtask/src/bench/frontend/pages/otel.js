// OpenTelemetry JS for the web as its documentation sets it up; the pages differ in the
// context manager and in one option of the fetch instrumentation.

import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { DocumentLoadInstrumentation } from "@opentelemetry/instrumentation-document-load";
import { FetchInstrumentation } from "@opentelemetry/instrumentation-fetch";
import { UserInteractionInstrumentation } from "@opentelemetry/instrumentation-user-interaction";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, WebTracerProvider } from "@opentelemetry/sdk-trace-web";
import { ask, ready, timed } from "./loop.js";

export const start = (contextManager, fetchOptions = {}) => {
  let provider;
  const init_ms = timed(() => {
    const exporter = new OTLPTraceExporter({ url: location.origin + "/otlp/v1/traces" });
    provider = new WebTracerProvider({
      resource: resourceFromAttributes({ "service.name": "task-frontend" }),
      spanProcessors: [new BatchSpanProcessor(exporter)],
    });
    provider.register({ contextManager });
    registerInstrumentations({
      instrumentations: [
        new DocumentLoadInstrumentation(),
        new UserInteractionInstrumentation(),
        new FetchInstrumentation({ ignoreUrls: [/\/otlp\//], ...fetchOptions }),
      ],
    });
  });
  ready(ask, () => provider.forceFlush(), init_ms);
};
