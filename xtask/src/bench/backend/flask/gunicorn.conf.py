"""How the application is served, and what starts in each worker."""

from opentelemetry import trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.logging import LoggingInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

workers = 2
threads = 4
# The workers share what is loaded once: the least memory that gunicorn offers.
preload_app = True
# Heartbeats on a disk can stall a worker.
worker_tmp_dir = "/dev/shm"
control_socket_disable = True
loglevel = "warning"


def post_fork(server, worker):
    """Batch processors have a thread, which a fork would leave behind in the master."""
    from app import app, db

    resource = Resource.create({"service.name": "flask", "service.instance.id": str(worker.pid)})
    # The default sampler: every trace. The endpoint comes from OTEL_EXPORTER_OTLP_ENDPOINT.
    spans = TracerProvider(resource=resource)
    spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(spans)
    records = LoggerProvider(resource=resource)
    records.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    set_logger_provider(records)

    FlaskInstrumentor().instrument_app(app)
    with app.app_context():
        SQLAlchemyInstrumentor().instrument(engine=db.engine)
    # Puts the trace into each record, and exports it.
    LoggingInstrumentor().instrument(inject_trace_context=True)
