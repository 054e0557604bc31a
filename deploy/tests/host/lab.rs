//! A host to deploy to, a checkout to deploy, and the program.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::sshd::{DEADLINE, Sshd, free_port, program};

/// All of a test. Folders: `source` the checkout, `host` the lab's folder there, `engine`
/// what the stand-in for docker knows, `ssh` sshd's, `bin` what is first in its path.
#[derive(Debug)]
pub(crate) struct Lab {
    /// Goes before the folder, which what is connected would write to.
    pub(crate) sshd: Sshd,
    folder: TempDir,
    /// Where the stack's front door would be.
    pub(crate) door: u16,
}

/// What a run of the program ended with and said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

/// The program while it runs.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    output: PathBuf,
}

impl Lab {
    /// A host that nothing was ever deployed to, and a checkout with one commit.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("lab-host-").tempdir().unwrap();
        let path = folder.path();
        for name in ["source", "engine/images", "bin", "host", "out", "tmp"] {
            fs::create_dir_all(path.join(name)).unwrap();
        }
        let stands_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/host");
        for name in ["docker", "date"] {
            let file = path.join("bin").join(name);
            fs::copy(stands_in.join(name).with_extension("sh"), &file).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let base = path.display();
        let variables = format!("PATH={base}/bin:/usr/bin:/bin LAB_STAND_IN={base}/engine");
        program("rsync");
        let sshd = Sshd::start(&path.join("ssh"), &variables);
        fs::write(path.join("known_hosts"), sshd.known_at(sshd.port)).unwrap();
        let door = free_port();
        let lab = Self { sshd, folder, door };
        lab.git(&["init", "--quiet", "--initial-branch=main"]);
        lab.write("compose.yaml", format!(
            "services:\n  backend:\n    image: observability-lab/backend:${{LAB_VERSION:-latest}}\n    \
             ports: ['${{LAB_PORT:-{door}}}:8080']\n  postgres:\n    image: postgres:18.4\n  verify:\n    \
             image: observability-lab/verify:${{LAB_VERSION:-latest}}\n"
        ));
        lab.write(".gitignore", "/target\n");
        lab.write("compose/app.conf", "one\n");
        lab.write("start.sh", "#!/bin/sh\n");
        fs::set_permissions(lab.source().join("start.sh"), fs::Permissions::from_mode(0o755))
            .unwrap();
        lab.commit("v1");
        lab
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn source(&self) -> PathBuf {
        self.path("source")
    }

    /// A file of the checkout.
    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        let file = self.source().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, contents).unwrap();
    }

    /// Commits everything and tags it.
    pub(crate) fn commit(&self, tag: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", tag]);
        self.git(&["tag", tag]);
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new(program("git"));
        git.arg("-C").arg(self.source());
        git.args(["-c", "user.name=test", "-c", "user.email=test@example.org"]);
        let output = git.args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// user@host:port for a port.
    pub(crate) fn host_at(port: u16) -> String {
        let id = Command::new("id").arg("-un").output().unwrap().stdout;
        format!("{}@127.0.0.1:{port}", String::from_utf8(id).unwrap().trim())
    }

    /// Starts the program with this host's options and more, which may repeat and replace them.
    pub(crate) fn start(&self, command: &str, arguments: &[&str]) -> Running {
        let path = |name: &str| self.path(name).display().to_string();
        let mut options = vec![
            ("--host", Self::host_at(self.sshd.port)),
            ("--dir", path("host")),
            ("--identity", path("ssh/user")),
            ("--known-hosts", path("known_hosts")),
        ];
        if command == "deploy" {
            options.extend([("--source", path("source")), ("--min-free", "0".to_owned())]);
        }
        if ["deploy", "rollback"].contains(&command) {
            options.push(("--reconnect", "60s".to_owned()));
        }
        let name = format!("out/{}", fs::read_dir(self.path("out")).unwrap().count());
        let output = self.path(&name);
        let file = fs::File::create(&output).unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_deploy"));
        program.arg(command);
        for (name, value) in options {
            if !arguments.iter().any(|word| word.split('=').next() == Some(name)) {
                program.args([name, &value]);
            }
        }
        let child = program
            .args(arguments)
            .current_dir(self.folder.path())
            // What a killed program leaves behind goes with the test.
            .env("TMPDIR", self.path("tmp"))
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        Running { child, output }
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, command: &str, arguments: &[&str]) -> Ran {
        self.start(command, arguments).end()
    }

    /// Deploys what the checkout holds; it has to go well.
    pub(crate) fn deploy(&self) -> String {
        self.run("deploy", &[]).expect(0)
    }

    /// Commits a change under a tag and deploys it; it has to go well.
    pub(crate) fn deploy_new(&self, tag: &str) -> String {
        self.write("compose/app.conf", tag);
        self.commit(tag);
        self.deploy()
    }

    /// Has the stand-in for docker know something.
    pub(crate) fn tell(&self, name: &str, text: &str) {
        fs::write(self.path("engine").join(name), format!("{text}\n")).unwrap();
    }

    /// Has it forget that.
    pub(crate) fn take_back(&self, name: &str) {
        fs::remove_file(self.path("engine").join(name)).unwrap();
    }

    /// What it was called with, and forgets it.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.path("engine/calls")).unwrap_or_default();
        let calls: Vec<String> = calls.lines().map(str::to_owned).collect();
        for call in &calls {
            let words: Vec<_> = call.split(' ').collect();
            assert!(!words.contains(&"down") && !words.contains(&"volume"), "volumes: {call}");
            assert!(!words.contains(&"prune") && !words.contains(&"-v"), "volumes: {call}");
        }
        calls
    }

    /// The version that runs, as the engine knows it.
    pub(crate) fn running(&self) -> Option<String> {
        let running = fs::read_to_string(self.path("engine/running")).ok()?;
        Some(running.trim().to_owned())
    }

    /// The release that `current` leads to.
    pub(crate) fn current(&self) -> Option<String> {
        let link = fs::read_link(self.path("host/current")).ok()?;
        Some(link.strip_prefix("releases").unwrap().to_str().unwrap().to_owned())
    }

    /// The folders of releases.
    pub(crate) fn folders(&self) -> Vec<String> {
        let folders = fs::read_dir(self.path("host/releases")).into_iter().flatten();
        let mut folders: Vec<_> =
            folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        folders.sort();
        folders
    }

    /// What `releases --json` says.
    pub(crate) fn listing(&self) -> Value {
        serde_json::from_str(&self.run("releases", &["--json"]).expect(0)).unwrap()
    }

    /// The state and role of each release, as in `v1 verified current`.
    pub(crate) fn states(&self) -> Vec<String> {
        let listing = self.listing();
        let releases = listing["releases"].as_array().unwrap().iter().map(|release| {
            let of = |name: &str| release[name].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", of("version"), of("state"), of("role")).trim_end().to_owned()
        });
        releases.collect()
    }

    /// Every path below the lab's folder with its contents or target, times and number of links.
    pub(crate) fn snapshot(&self) -> BTreeMap<PathBuf, String> {
        let mut all = BTreeMap::new();
        collect(&self.path("host"), &mut all);
        all
    }

    /// Waits until a file of the stand-in is there.
    pub(crate) fn wait_for(&self, name: &str) {
        let file = self.path("engine").join(name);
        wait_until(name, || file.exists());
    }

    /// Waits until no deployment is under way.
    pub(crate) fn wait_until_idle(&self) {
        wait_until("the end of the run", || self.listing()["under_way"].is_null());
    }
}

/// Waits for a condition.
pub(crate) fn wait_until(what: &str, condition: impl FnMut() -> bool) {
    assert!(comes_true(condition), "waited in vain for {what}");
}

fn comes_true(mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

fn collect(path: &Path, all: &mut BTreeMap<PathBuf, String>) {
    let metadata = fs::symlink_metadata(path).unwrap();
    let contents = if metadata.is_symlink() {
        fs::read_link(path).unwrap().display().to_string()
    } else if metadata.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), all);
        }
        String::new()
    } else {
        String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
    };
    let times = (metadata.mtime(), metadata.mtime_nsec(), metadata.nlink(), metadata.mode());
    all.insert(path.to_owned(), format!("{times:?} {contents}"));
}

impl Running {
    /// Waits for the end.
    pub(crate) fn end(mut self) -> Ran {
        let deadline = Instant::now() + 2 * DEADLINE;
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            if Instant::now() > deadline {
                self.child.kill().unwrap();
                panic!("no end:\n{}", self.text());
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        Ran { code, text: self.text() }
    }

    /// Waits until it has said what is waited for.
    pub(crate) fn wait_until(&self, what: &str, condition: impl Fn(&str) -> bool) {
        let has_come = comes_true(|| condition(&self.text()));
        assert!(has_come, "waited in vain for {what}:\n{}", self.text());
    }

    /// What it has said so far.
    pub(crate) fn text(&self) -> String {
        fs::read_to_string(&self.output).unwrap()
    }

    /// Kills it, as a machine that goes down does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Ran {
    /// What it said, if it ended with `code`.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "\n{}", self.text);
        self.text
    }
}
