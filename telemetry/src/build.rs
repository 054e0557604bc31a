//! Putting the parts together.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry::global;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use thiserror::Error;
use tracing::subscriber::SetGlobalDefaultError;
use tracing::{Dispatch, Level};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::batch::Worker;
use crate::config::Config;
use crate::dropped::Dropped;
use crate::forward::Forwarder;
use crate::log::LogLayer;
use crate::sink::{Signal, Sink};
use crate::spans::{Recorder, SpanFanOut};
use crate::transport::{IoThread, Links, TlsError};
use crate::{background, panic, propagation, resource};

/// Lines that wait for stdout at the most; more are dropped and counted.
const STDOUT_LINES: usize = 16_384;
/// Signals that wait for the in-process sink at the most.
const SINK_QUEUE: usize = 16_384;
/// Signals that the sink takes at once.
const SINK_BATCH: usize = 1_024;
/// How long a signal waits for others on its way to the sink: too short for a person who
/// waits for the trace, long enough that a busy server does not wake the thread for each.
const SINK_DELAY: Duration = Duration::from_millis(10);
/// Bytes of log lines that one write to stdout may carry.
const STDOUT_BUFFER: usize = 64 * 1024;

/// Why telemetry could not be set up.
#[derive(Debug, Error)]
pub enum BuildError {
    /// The OTLP exporter refused its settings.
    #[error("the OTLP exporter cannot be built")]
    Exporter(#[from] ExporterBuildError),
    /// A certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A thread could not be started.
    #[error("a telemetry thread cannot be started")]
    Thread(#[from] io::Error),
    /// `RUST_LOG` is no filter.
    #[error("RUST_LOG={filter:?} is no log filter")]
    Filter {
        /// Its value.
        filter: String,
        /// What is wrong with it.
        source: tracing_subscriber::filter::ParseError,
    },
    /// [`install`] was called twice.
    #[error("telemetry is installed already")]
    Installed(#[from] SetGlobalDefaultError),
}

/// Running telemetry. It flushes when [`Telemetry::shutdown`] is called and, so that an
/// early return loses nothing, when it is dropped.
pub struct Telemetry {
    workers: Vec<Worker>,
    dropped: Arc<Dropped>,
    forwarder: Forwarder,
    recorder: Recorder,
    io: Option<IoThread>,
    provider: Option<&'static SdkTracerProvider>,
    /// Writes the last lines when it is dropped.
    writer: Option<WorkerGuard>,
}

/// What [`build`] made: a subscriber to install, and what keeps it running.
pub struct Pipeline {
    /// Receives the process's spans and events.
    pub dispatch: Dispatch,
    /// Flushes and stops.
    pub telemetry: Telemetry,
}

/// Builds the pipeline without installing it. Lines are written to `output`; `sink`
/// gets each sampled span and its log records. Its threads give way to others.
pub fn build(
    config: &Config,
    output: impl io::Write + Send + 'static,
    sink: Option<Box<dyn Sink>>,
) -> Result<Pipeline, BuildError> {
    background::inherited(|| assemble(config, output, sink))?
}

fn assemble(
    config: &Config,
    output: impl io::Write + Send + 'static,
    sink: Option<Box<dyn Sink>>,
) -> Result<Pipeline, BuildError> {
    let resource = resource::detect(config);
    let dropped = Arc::new(Dropped::default());
    let mut workers = Vec::new();

    let mut sink_queue = None;
    if let Some(mut sink) = sink.filter(|_| config.enabled) {
        let counts = Arc::clone(&dropped);
        let handle = move |batch: Vec<Signal>| sink.accept(batch, &counts);
        let size = (SINK_QUEUE, SINK_BATCH);
        sink_queue = Some(Worker::queue(&mut workers, "trace-store", size, SINK_DELAY, handle)?);
    }
    let links = Links::open(config)?;
    let mut span_queue = None;
    if let Some(link) = links.traces.clone() {
        let size = (link.export.queue_size, link.export.batch_size);
        let delay = link.export.delay;
        let handle = crate::export::span_exporter(&resource, link, Arc::clone(&dropped))?;
        span_queue = Some(Worker::queue(&mut workers, "otlp-spans", size, delay, handle)?);
    }
    let mut log_queue = None;
    if let Some(link) = links.logs.clone() {
        let size = (link.export.queue_size, link.export.batch_size);
        let delay = link.export.delay;
        let handle = crate::export::log_exporter(&resource, link, Arc::clone(&dropped))?;
        log_queue = Some(Worker::queue(&mut workers, "otlp-logs", size, delay, handle)?);
    }
    let forwarder = Forwarder::start(&links, &dropped, &mut workers)?;

    let processor =
        SpanFanOut { export: span_queue, sink: sink_queue.clone(), dropped: Arc::clone(&dropped) };
    let recorder = Recorder(processor.clone());
    // It is never dropped, as it is not where the subscriber is the process's: it tells of
    // its end by an event, and tracing-core may drop a subscriber while it holds the lock
    // that a new event asks for.
    let provider = config.enabled.then(|| {
        &*Box::leak(Box::new(
            SdkTracerProvider::builder()
                .with_resource(resource.clone())
                .with_span_processor(processor)
                .build(),
        ))
    });
    // Spans of this workspace are INFO; those of libraries are finer and stay out.
    let spans = provider.map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(config.service_name))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(|metadata| {
                metadata.is_span() && *metadata.level() <= Level::INFO
            }))
    });

    let (stdout, writer) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(STDOUT_LINES)
        .thread_name("log-writer")
        .finish(output);
    dropped.watch_stdout(stdout.error_counter());
    let filter = EnvFilter::try_new(&config.log_filter)
        .map_err(|source| BuildError::Filter { filter: config.log_filter.clone(), source })?;
    let logs = LogLayer {
        service_name: service_name(&resource),
        stdout,
        export: log_queue,
        sink: sink_queue,
        dropped: Arc::clone(&dropped),
    };
    // Not `.with(spans)` for both: a layer that is `None` has no filter, so the registry
    // would keep spans that nobody wants.
    let dispatch = match spans {
        Some(spans) => {
            Dispatch::new(Registry::default().with(spans).with(logs.with_filter(filter)))
        }
        None => Dispatch::new(Registry::default().with(logs.with_filter(filter))),
    };
    Ok(Pipeline {
        dispatch,
        telemetry: Telemetry {
            workers,
            dropped,
            forwarder,
            recorder,
            io: links.io,
            provider,
            writer: Some(writer),
        },
    })
}

/// Builds the pipeline on stdout and makes it the process's: subscriber, propagator
/// and panic hook.
pub fn install(config: &Config, sink: Option<Box<dyn Sink>>) -> Result<Telemetry, BuildError> {
    // The writer flushes whenever no line waits; in between, lines share a write.
    let stdout = io::BufWriter::with_capacity(STDOUT_BUFFER, io::stdout());
    let pipeline = build(config, stdout, sink)?;
    global::set_text_map_propagator(propagation::composite(&config.propagators));
    tracing::dispatcher::set_global_default(pipeline.dispatch)?;
    panic::log_panics();
    Ok(pipeline.telemetry)
}

impl Telemetry {
    /// The counters of what was lost, shared with the pipeline.
    #[must_use]
    pub fn dropped(&self) -> Arc<Dropped> {
        Arc::clone(&self.dropped)
    }

    /// Takes spans that are made by hand.
    #[must_use]
    pub fn recorder(&self) -> Recorder {
        self.recorder.clone()
    }

    /// Sends clients' telemetry to where this process sends its own.
    #[must_use]
    pub fn forwarder(&self) -> Forwarder {
        self.forwarder.clone()
    }

    /// Waits until everything recorded so far has been sent and kept; false when
    /// `timeout` passes first.
    #[must_use]
    pub fn flush(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        self.workers
            .iter()
            .all(|worker| worker.flush(deadline.saturating_duration_since(Instant::now())))
    }

    /// Sends what is queued and stops; false when `timeout` passed first. It blocks:
    /// call it outside of the async runtime or in `spawn_blocking`.
    #[must_use]
    pub fn shutdown(mut self, timeout: Duration) -> bool {
        self.stop(timeout)
    }

    fn stop(&mut self, timeout: Duration) -> bool {
        if self.writer.is_none() {
            return true;
        }
        let deadline = Instant::now() + timeout;
        if let Some(provider) = self.provider.take() {
            // The processor only forwards; there is nothing that could fail.
            let _ = provider.shutdown();
        }
        let mut done = true;
        for worker in &mut self.workers {
            done &= worker.stop(deadline);
        }
        if let Some(io) = self.io.take() {
            io.stop(done);
        }
        drop(self.writer.take());
        done
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        self.stop(Duration::from_secs(5));
    }
}

fn service_name(resource: &Resource) -> String {
    let key = opentelemetry::Key::from_static_str("service.name");
    resource.get(&key).map(|value| value.as_str().into_owned()).unwrap_or_default()
}
