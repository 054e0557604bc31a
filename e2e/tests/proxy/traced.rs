//! Which requests the proxy makes a span for, and how it is called. The OpenTelemetry module
//! is not here; what it is told is: the lab's own files say it to a server that repeats it.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use e2e::process::Process;
use e2e::{program, proxy};
use tempfile::TempDir;

const SAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const IGNORED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

/// A server that answers with `on` or `off`, and the route.
struct Told {
    address: SocketAddr,
    http: reqwest::Client,
    _process: Process,
    _folder: TempDir,
}

impl Told {
    fn start(settings: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        let root = folder.path().display();
        let [address, _] = proxy::free_addresses().unwrap();
        let script = repository().join("nginx/entrypoint.d/15-lab-modules.sh");
        let mut script = Command::new(script);
        script.env_remove("OTEL_TRACES_SAMPLER").env_remove("OTEL_TRACES_SAMPLER_ARG");
        script.env("NGINX_ENVSUBST_OUTPUT_DIR", folder.path()).envs(settings.iter().copied());
        assert!(script.status().unwrap().success());
        let maps = repository().join("nginx/templates/trace.conf.template");
        fs::copy(maps, folder.path().join("trace.conf")).unwrap();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {root}/{name};"));
        let config = format!(
            "pid {root}/nginx.pid; worker_processes 1; events {{}}\n\
             http {{ access_log off; {} include {root}/trace.conf; include {root}/begun.conf;\n\
             server {{ listen {address}; return 200 \"$lab_traced$lab_route\"; }} }}",
            temporary.concat()
        );
        fs::write(folder.path().join("nginx.conf"), config).unwrap();
        let mut nginx = Command::new(program::find(&["nginx"]).unwrap());
        nginx.arg("-c").arg(folder.path().join("nginx.conf"));
        nginx.arg("-e").arg(folder.path().join("error.log")).args(["-g", "daemon off;"]);
        let mut process = Process::spawn(nginx).unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(address).is_err() {
            let log = fs::read_to_string(folder.path().join("error.log")).unwrap_or_default();
            assert!(process.runs() && Instant::now() < deadline, "{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { address, http: reqwest::Client::new(), _process: process, _folder: folder }
    }

    async fn of(&self, path: &str, traceparent: Option<&str>) -> String {
        let mut request = self.http.get(format!("http://{}{path}", self.address));
        if let Some(traceparent) = traceparent {
            request = request.header("traceparent", traceparent);
        }
        request.send().await.unwrap().text().await.unwrap()
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Paths and routes that docs/TELEMETRY.md sets as code in the line that begins so.
fn listed(start: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join("docs/TELEMETRY.md")).unwrap();
    let line = text.lines().find(|line| line.starts_with(start)).unwrap();
    let codes = line.split('`').skip(1).step_by(2).filter(|code| code.starts_with('/'));
    codes.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_traces_what_the_backend_traces() {
    let told = Told::start(&[]);
    let routes = listed("| `{route}` |");
    assert!(routes.len() >= 10, "{routes:?}");
    for route in routes {
        let path = route.replace("{id}", "1").replace("{trace_id}", "ab");
        assert_eq!(told.of(&path, None).await, format!("on {route}"), "{path}");
    }
    let untraced = listed("Status is ERROR for 5xx");
    assert!(untraced.len() >= 10, "{untraced:?}");
    for path in untraced {
        assert_eq!(told.of(&path, None).await, "off", "{path}");
    }
    for path in
        ["/assets/app.js", "/api/traces/ab", "/fragments/traces/ab", "/otlp/v1/logs", "/healthz"]
    {
        assert_eq!(told.of(path, Some(SAMPLED)).await, "off", "{path}");
    }
    // What only begins like one of those.
    assert_eq!(told.of("/readying", None).await, "on");
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_that_begin_here_are_sampled_as_the_variables_say() {
    const RATIO: &str = "parentbased_traceidratio";
    const REQUESTS: usize = 400;
    let (never, always) = (0..=0, REQUESTS..=REQUESTS);
    for (sampler, share, expected) in [
        ("parentbased_always_on", "0.25", always.clone()),
        ("always_off", "1", never.clone()),
        (RATIO, "0", never.clone()),
        (RATIO, "0.00001", never),
        // Six standard deviations around a quarter.
        (RATIO, "0.25", 48..=152),
        (RATIO, ".25", 48..=152),
        (RATIO, "1.0", always.clone()),
        // As the SDK takes what it cannot read.
        (RATIO, "7", always.clone()),
        (RATIO, "much", always),
    ] {
        let told =
            Told::start(&[("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", share)]);
        let mut on = 0;
        for _ in 0..REQUESTS {
            on += usize::from(told.of("/", None).await.starts_with("on"));
        }
        assert!(expected.contains(&on), "{sampler} {share}: {on} of {REQUESTS}");
        // Whoever has decided is followed.
        assert_eq!(told.of("/tasks", Some(SAMPLED)).await, "on /tasks");
        assert_eq!(told.of("/tasks", Some(IGNORED)).await, "off /tasks");
    }
}
