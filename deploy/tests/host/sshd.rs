//! An sshd of the test's own: its keys, its configuration, its port.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Generous: a loaded machine is slow, a broken sshd never answers.
pub(crate) const DEADLINE: Duration = Duration::from_mins(2);

/// Below the ports that Linux gives to clients, which would take one that is free for now.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// A running sshd; ended with all its connections when it is dropped.
#[derive(Debug)]
pub(crate) struct Sshd {
    child: Child,
    pub(crate) port: u16,
    config: PathBuf,
}

impl Sshd {
    /// Writes keys and configuration into `folder` and starts. Sessions have `variables`.
    pub(crate) fn start(folder: &Path, variables: &str) -> Self {
        let program = program("sshd");
        fs::create_dir_all(folder).unwrap();
        for key in ["host", "user"] {
            key_pair(&folder.join(key));
        }
        fs::copy(folder.join("user.pub"), folder.join("authorized_keys")).unwrap();
        if nix::unistd::geteuid().is_root() {
            // Where sshd locks its helper up; the service's start would make it.
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let config = folder.join("config");
        let base = folder.display();
        let mut sshd = None;
        for _ in 0..20 {
            let port = free_port();
            let text = format!(
                "ListenAddress 127.0.0.1\nPort {port}\nHostKey {base}/host\nPidFile none\n\
                 AuthorizedKeysFile {base}/authorized_keys\nStrictModes no\nUsePAM no\n\
                 PasswordAuthentication no\nKbdInteractiveAuthentication no\n\
                 PermitRootLogin prohibit-password\nMaxStartups 100\nLogLevel ERROR\n\
                 SetEnv {variables}\n"
            );
            fs::write(&config, text).unwrap();
            let mut child = spawn(&program, &config);
            if answers(&mut child, port) {
                sshd = Some(Self { child, port, config: config.clone() });
                break;
            }
        }
        sshd.expect("sshd started on none of 20 ports")
    }

    /// What `known_hosts` has to say of this host at a port.
    pub(crate) fn known_at(&self, port: u16) -> String {
        let key = fs::read_to_string(self.config.with_file_name("host.pub")).unwrap();
        format!("[127.0.0.1]:{port} {key}")
    }

    /// Kills every connection, as a cut does, and leaves what runs in them alone.
    pub(crate) fn cut(&self) {
        for pid in connections(self.child.id()) {
            // It may have ended by itself.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }

    /// Ends it, so that nobody can connect.
    pub(crate) fn stop(&mut self) {
        self.cut();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.cut();
    }

    /// Starts it anew at the same port.
    pub(crate) fn restart(&mut self) {
        self.child = spawn(&program("sshd"), &self.config);
        assert!(answers(&mut self.child, self.port), "sshd does not start again");
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.cut();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A throw-away ED25519 key.
pub(crate) fn key_pair(file: &Path) {
    let mut keygen = Command::new(program("ssh-keygen"));
    keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"]).arg(file);
    assert!(keygen.status().unwrap().success());
}

/// The path of a program; sshd insists on being called by it.
pub(crate) fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    let found = folders.find_map(|folder| Some(folder.join(name)).filter(|file| file.is_file()));
    found.unwrap_or_else(|| {
        panic!("{name} is not here: apt-get install openssh-server openssh-client rsync git")
    })
}

fn spawn(program: &Path, config: &Path) -> Child {
    let log = config.with_file_name("log");
    let log = fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
    let mut sshd = Command::new(program);
    sshd.args(["-D", "-e", "-f"]).arg(config);
    sshd.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

fn free_port() -> u16 {
    loop {
        let random = RandomState::new().hash_one(Instant::now());
        let port = PORTS.start + u16::try_from(random % (PORTS.len() as u64)).unwrap();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// Waits until sshd greets; not, when it ends before, for lack of a free port.
fn answers(child: &mut Child, port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let deadline = Instant::now() + DEADLINE;
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "sshd does not answer");
        if let Ok(mut stream) = TcpStream::connect(address) {
            let mut greeting = [0; 4];
            if stream.read_exact(&mut greeting).is_ok() && &greeting == b"SSH-" {
                return true;
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

/// The processes of sshd that serve connections, by their parents.
fn connections(listener: u32) -> Vec<i32> {
    let processes: Vec<(i32, i32, String)> = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok())
        .filter_map(|stat| {
            let (pid, rest) = stat.split_once(" (")?;
            let (name, rest) = rest.rsplit_once(") ")?;
            let parent = rest.split(' ').nth(1)?;
            Some((pid.parse().ok()?, parent.parse().ok()?, name.to_owned()))
        })
        .collect();
    let mut family = vec![i32::try_from(listener).unwrap()];
    let mut index = 0;
    while let Some(&parent) = family.get(index) {
        let children =
            processes.iter().filter(|(_, of, name)| *of == parent && name.starts_with("sshd"));
        family.extend(children.map(|(pid, ..)| *pid));
        index += 1;
    }
    family.split_off(1)
}
