//! An sshd of the test's own: its keys, its configuration, its port.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Generous: a loaded machine is slow, a broken sshd never answers.
pub(crate) const DEADLINE: Duration = Duration::from_mins(2);

/// Below the ports that Linux gives to clients, which would take one that is free for now.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// How long to wait for a process to stop; a stopped one needs a moment.
const FREEZING: Duration = Duration::from_secs(10);

/// A running sshd; ended with all its connections when it is dropped.
#[derive(Debug)]
pub(crate) struct Sshd {
    child: Child,
    pub(crate) port: u16,
    mark: String,
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
        // In its greeting, by which it is told from another that took its port.
        let mark = format!("lab-{:x}", RandomState::new().hash_one(Instant::now()));
        let mut sshd = None;
        for _ in 0..20 {
            let port = free_port();
            let text = format!(
                "ListenAddress 127.0.0.1\nPort {port}\nHostKey {base}/host\nPidFile none\n\
                 AuthorizedKeysFile {base}/authorized_keys\nStrictModes no\nUsePAM no\n\
                 PasswordAuthentication no\nKbdInteractiveAuthentication no\n\
                 PermitRootLogin prohibit-password\nMaxStartups 100\nLogLevel ERROR\n\
                 VersionAddendum {mark}\nSetEnv {variables}\n"
            );
            fs::write(&config, text).unwrap();
            let mut child = spawn(&program, &config);
            if answers(&mut child, port, &mark) {
                sshd = Some(Self { child, port, mark, config: config.clone() });
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
        let listener = self.kill_connections();
        signal(listener, Signal::SIGCONT);
    }

    /// Ends it, so that nobody can connect.
    pub(crate) fn stop(&mut self) {
        self.kill_connections();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Stops them all before the first is killed, the listener among them, so that none can
    /// make another meanwhile. The listener, which is left stopped.
    fn kill_connections(&self) -> i32 {
        let listener = i32::try_from(self.child.id()).unwrap();
        let deadline = Instant::now() + FREEZING;
        let family = loop {
            let family = family(listener);
            let moving: Vec<_> = family.iter().filter(|process| process.is_moving()).collect();
            if moving.is_empty() || Instant::now() > deadline {
                break family;
            }
            for process in moving {
                signal(process.pid, Signal::SIGSTOP);
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        for process in family.iter().filter(|process| process.pid != listener) {
            signal(process.pid, Signal::SIGKILL);
        }
        listener
    }

    /// Starts it anew at the same port.
    pub(crate) fn restart(&mut self) {
        self.child = spawn(&program("sshd"), &self.config);
        assert!(answers(&mut self.child, self.port, &self.mark), "sshd does not start again");
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.kill_connections();
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

/// A port that nobody has, and that no other test is given.
pub(crate) fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let random = RandomState::new().hash_one(Instant::now());
        let port = PORTS.start + u16::try_from(random % (PORTS.len() as u64)).unwrap();
        let is_new = GIVEN.lock().unwrap_or_else(PoisonError::into_inner).insert(port);
        if is_new && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// Waits until this sshd greets; not, when it ends before, for lack of a free port.
fn answers(child: &mut Child, port: u16, mark: &str) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let deadline = Instant::now() + DEADLINE;
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "sshd does not answer");
        if let Ok(stream) = TcpStream::connect(address) {
            stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
            let mut greeting = String::new();
            let greeted = BufReader::new(stream).read_line(&mut greeting).is_ok();
            if greeted && greeting.starts_with("SSH-") && greeting.trim_end().ends_with(mark) {
                return child.try_wait().unwrap().is_none();
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

/// A process of sshd.
struct Process {
    pid: i32,
    state: char,
}

impl Process {
    /// Neither stopped nor dead.
    fn is_moving(&self) -> bool {
        !['T', 'Z', 'X'].contains(&self.state)
    }
}

/// It may have ended by itself.
fn signal(pid: i32, signal: Signal) {
    let _ = kill(Pid::from_raw(pid), signal);
}

/// The listener and the processes of sshd that serve its connections, by their parents.
fn family(listener: i32) -> Vec<Process> {
    let processes: Vec<(i32, char, i32, String)> = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok())
        .filter_map(|stat| {
            let (pid, rest) = stat.split_once(" (")?;
            let (name, rest) = rest.rsplit_once(") ")?;
            let mut rest = rest.split(' ');
            let state = rest.next()?.chars().next()?;
            Some((pid.parse().ok()?, state, rest.next()?.parse().ok()?, name.to_owned()))
        })
        .collect();
    let own = processes.iter().filter(|(pid, ..)| *pid == listener);
    let mut family: Vec<_> = own.map(|&(pid, state, ..)| Process { pid, state }).collect();
    let mut index = 0;
    while let Some(&Process { pid: parent, .. }) = family.get(index) {
        let children =
            processes.iter().filter(|(_, _, of, name)| *of == parent && name.starts_with("sshd"));
        family.extend(children.map(|&(pid, state, ..)| Process { pid, state }));
        index += 1;
    }
    family
}
