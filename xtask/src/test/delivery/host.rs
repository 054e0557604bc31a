//! The target host's files, by the programs that will read them there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{process, workspace};

pub(super) fn check() -> Result<()> {
    let source = workspace::root().join("deploy/vm");
    let folder = workspace::target().join("vm-check");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("could not remove the last run's folder")?;
    }
    fs::create_dir_all(&folder).context("could not make a folder")?;
    sshd(&source, &folder)?;
    cloud_init(&source, &folder)?;
    nftables(&source)?;
    run("virt-xml-validate", |it| it.arg(source.join("domain.xml")).arg("domain"))?;
    println!("domain.xml: as libvirt wants it");
    shell(&source)
}

/// The drop-in alone is a whole configuration but for a host key.
fn sshd(source: &Path, folder: &Path) -> Result<()> {
    // Root's sshd insists on this folder, which its service makes; others need none.
    let _ = fs::create_dir("/run/sshd");
    let key = folder.join("host_key");
    run("ssh-keygen", |it| it.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key))?;
    let said =
        run("sshd", |it| it.arg("-T").arg("-f").arg(source.join("sshd.conf")).arg("-h").arg(&key))?;
    for wanted in [
        "passwordauthentication no",
        "kbdinteractiveauthentication no",
        "permitrootlogin no",
        "pubkeyacceptedalgorithms ssh-ed25519,sk-ssh-ed25519@openssh.com",
        "hostkeyalgorithms ssh-ed25519",
        "allowtcpforwarding local",
        "x11forwarding no",
    ] {
        ensure!(said.lines().any(|line| line == wanted), "sshd.conf does not mean `{wanted}`");
    }
    println!("sshd.conf: as sshd wants it");
    Ok(())
}

/// What the user data hold as it is.
const INSIDE: [&str; 6] = [
    "sshd.conf",
    "nftables.conf",
    "nftables.service.conf",
    "journald.conf",
    "fail2ban.conf",
    "daemon.json",
];

/// A line of a block in YAML.
fn indent(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!("      {line}") }
}

/// The user data as the script fills it in, with the other files inside.
fn cloud_init(source: &Path, folder: &Path) -> Result<()> {
    let key = folder.join("deploy.pub");
    fs::rename(folder.join("host_key.pub"), &key).context("there is no public key")?;
    let data = run("sh", |it| it.arg(source.join("user-data.sh")).arg(&key))?;
    let file = folder.join("user-data.yaml");
    fs::write(&file, &data).context("could not write the user data")?;
    run("cloud-init", |it| it.args(["schema", "--config-file"]).arg(&file))?;
    for name in INSIDE {
        let text = fs::read_to_string(source.join(name)).context(name)?;
        let indented: Vec<_> = text.lines().map(indent).collect();
        ensure!(data.contains(&indented.join("\n")), "the user data lack {name} as it is");
    }
    let refused = process::output(
        Command::new("sh").arg(source.join("user-data.sh")).arg(source.join("sshd.conf")),
    )?;
    ensure!(!refused.status.success(), "user-data.sh took a file that is no key");
    println!("user data: as cloud-init wants them");
    Ok(())
}

/// A network and numbers of its own, where this user is root.
const NAMESPACES: [&str; 7] =
    ["--user", "--map-root-user", "--net", "--pid", "--fork", "--mount-proc", "--"];

/// The rules are read by nft, then loaded where an outside and a container try ports.
fn nftables(source: &Path) -> Result<()> {
    let unshare = program("unshare")?;
    let own = |command: &Path| {
        let mut unshared = Command::new(&unshare);
        unshared.args(NAMESPACES).arg(command);
        unshared
    };
    // Containers forbid namespaces, as a rule.
    if let Err(error) = process::capture(&mut own(Path::new("true"))) {
        println!("nftables.conf: left out, there are no namespaces here ({error:#})");
        return Ok(());
    }
    let rules = source.join("nftables.conf");
    process::capture(own(&program("nft")?).args(["--check", "--file"]).arg(&rules))?;
    let tried = process::output(&mut own(&source.join("test/filter.sh")))?;
    ensure!(
        tried.status.success(),
        "nftables.conf lets through what it should not, or the other way round:\n{}{}",
        String::from_utf8_lossy(&tried.stdout),
        String::from_utf8_lossy(&tried.stderr)
    );
    println!("nftables.conf: as nft wants it; of 8 attempts, those that should get through do");
    Ok(())
}

fn shell(source: &Path) -> Result<()> {
    let root = workspace::root();
    let mut scripts = vec![
        root.join("jenkins/test/bin/cargo"),
        root.join("start-lab.sh"),
        source.join("test/filter.sh"),
    ];
    for entry in fs::read_dir(source).context("could not list deploy/vm")? {
        let path = entry.context("could not list deploy/vm")?.path();
        if path.extension().is_some_and(|extension| extension == "sh") {
            scripts.push(path);
        }
    }
    for script in &scripts {
        let mode = fs::metadata(script).context("a script is missing")?.permissions().mode();
        ensure!(mode & 0o111 != 0, "{} is not executable", script.display());
    }
    run("shellcheck", |it| it.args(&scripts))?;
    println!("{} scripts: as shellcheck wants them", scripts.len());
    Ok(())
}

fn run(name: &str, arguments: impl FnOnce(&mut Command) -> &mut Command) -> Result<String> {
    process::capture(arguments(&mut Command::new(program(name)?)))
}

fn program(name: &str) -> Result<PathBuf> {
    process::find_program(name).with_context(|| format!("{name} is not installed"))
}
