//! Nginx with the lab's own configuration, filled in as the official image does it.

use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use nix::unistd::{Uid, User};
use serde_json::Value;
use tempfile::TempDir;

use crate::backend;
use crate::process::Process;
use crate::program;

/// How long it may take to listen.
const START: Duration = Duration::from_secs(10);
/// Debian's modules; the official image's lie elsewhere.
const MODULES: &str = "/usr/lib/nginx/modules";

/// A running proxy.
#[derive(Debug)]
pub struct Proxy {
    /// Where it answers.
    pub address: SocketAddr,
    /// Where its exporter asks.
    pub status_address: SocketAddr,
    _process: Process,
    folder: TempDir,
}

impl Proxy {
    /// Starts it with the values of `nginx/defaults.env`, except for `settings`.
    pub fn start(settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let [address, status_address] = free_addresses()?;
        let folder = TempDir::new().context("no temporary folder")?;
        let root = folder.path();
        let owner = Owner::find()?;

        let listen = [address.to_string(), status_address.to_string()];
        let log = root.join("access.log").display().to_string();
        let www = root.join("www").display().to_string();
        let conf = root.join("conf.d");
        let own = [
            ("LAB_PROXY_LISTEN", listen[0].as_str()),
            ("LAB_STATUS_LISTEN", listen[1].as_str()),
            ("LAB_ACCESS_LOG", log.as_str()),
            ("LAB_WWW", www.as_str()),
        ];
        let mut values = defaults()?;
        for (name, value) in own.iter().chain(settings) {
            values.retain(|(known, _)| known != name);
            values.push(((*name).to_owned(), (*value).to_owned()));
        }

        // All that it writes to lies in /tmp.
        let config = fs::read_to_string(source().join("nginx.conf"))?;
        fs::write(
            root.join("nginx.conf"),
            config.replace("/tmp/", &format!("{}/", root.display())),
        )?;
        fs::copy("/etc/nginx/mime.types", root.join("mime.types")).context("no mime.types")?;
        fs::create_dir(&conf)?;
        load_modules(&conf, &values)?;
        fill_in(&conf, &values)?;
        copy(&source().join("www"), &root.join("www"))?;
        copy(&backend::assets(), &root.join("www/assets"))?;
        owner.give(root)?;

        let mut command = Command::new(program::find(&["nginx"])?);
        command.arg("-p").arg(root).arg("-c").arg(root.join("nginx.conf"));
        command.arg("-e").arg(root.join("error.log")).args(["-g", "daemon off;"]);
        owner.run(&mut command);
        let mut process = Process::spawn(command)?;
        let deadline = Instant::now() + START;
        while TcpStream::connect(address).is_err() {
            if !process.runs() || Instant::now() > deadline {
                let log = fs::read_to_string(root.join("error.log")).unwrap_or_default();
                bail!("nginx does not listen: {log}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { address, status_address, folder, _process: process })
    }

    /// The URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The folder of the files that it serves.
    #[must_use]
    pub fn www(&self) -> PathBuf {
        self.folder.path().join("www")
    }

    /// The access log, once it has this many lines: nginx writes them after the answers.
    pub fn log(&self, lines: usize) -> anyhow::Result<Vec<Value>> {
        let file = self.folder.path().join("access.log");
        let deadline = Instant::now() + START;
        let mut text = fs::read_to_string(&file)?;
        while text.lines().count() < lines && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
            text = fs::read_to_string(&file)?;
        }
        text.lines()
            .map(|line| serde_json::from_str(line).with_context(|| format!("no JSON: {line}")))
            .collect()
    }
}

/// Two free ports of a loopback address that nobody else uses: another test could take a
/// port of 127.0.0.1 before the program that it is meant for does.
pub fn free_addresses() -> anyhow::Result<[SocketAddr; 2]> {
    let address = private_address();
    let listen = || TcpListener::bind((address, 0)).context("no free port");
    let (one, other) = (listen()?, listen()?);
    Ok([one.local_addr()?, other.local_addr()?])
}

/// A loopback address that nobody else uses.
pub(crate) fn private_address() -> Ipv4Addr {
    let [a, b, c, ..] = uuid::Uuid::new_v4().into_bytes();
    Ipv4Addr::new(127, a.max(1), b, c.clamp(1, 254))
}

/// The repository's `nginx` folder.
fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../nginx")
}

fn defaults() -> anyhow::Result<Vec<(String, String)>> {
    let text = fs::read_to_string(source().join("defaults.env"))?;
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn load_modules(conf: &Path, values: &[(String, String)]) -> anyhow::Result<()> {
    let script = source().join("entrypoint.d/15-lab-modules.sh");
    let status = Command::new("sh")
        .arg(script)
        .envs(values.iter().cloned())
        .env("LAB_NGINX_MODULES", MODULES)
        .env("NGINX_ENVSUBST_OUTPUT_DIR", conf)
        .status()?;
    anyhow::ensure!(status.success(), "the entry point's script failed");
    Ok(())
}

/// What the image's `20-envsubst-on-templates.sh` does: `${NAME}` for every variable that
/// is defined.
fn fill_in(conf: &Path, values: &[(String, String)]) -> anyhow::Result<()> {
    for entry in fs::read_dir(source().join("templates"))? {
        let template = entry?.path();
        let text = values.iter().fold(fs::read_to_string(&template)?, |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value)
        });
        fs::write(conf.join(template.file_stem().context("a file without a name")?), text)?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("no {}", from.display()))? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Whoever nginx runs as: nobody, where the tests run as root.
struct Owner(Option<User>);

impl Owner {
    fn find() -> anyhow::Result<Self> {
        if !Uid::effective().is_root() {
            return Ok(Self(None));
        }
        Ok(Self(Some(User::from_name("nobody")?.context("there is no user nobody")?)))
    }

    fn give(&self, path: &Path) -> anyhow::Result<()> {
        let Some(user) = &self.0 else { return Ok(()) };
        if path.is_dir() {
            fs::set_permissions(path, Permissions::from_mode(0o755))?;
            for entry in fs::read_dir(path)? {
                self.give(&entry?.path())?;
            }
        }
        Ok(chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?)
    }

    fn run(&self, command: &mut Command) {
        if let Some(user) = &self.0 {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
    }
}
