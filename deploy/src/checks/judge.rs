//! What of the facts is good enough, and what to do when it is not.

use std::time::Duration;

use super::Check;
use super::facts::Facts;
use super::ports::{self, Port};
use crate::remote::Remote;

/// The oldest compose that the stack was run with.
const COMPOSE: [u64; 3] = [2, 26, 0];

/// The oldest engine that the stack was run with.
const ENGINE: [u64; 3] = [20, 10, 0];

fn check(name: &str, expected: String, seen: String, failed: Option<String>) -> Check {
    Check { name: name.to_owned(), expected, seen, passed: failed.is_none(), advice: failed }
}

/// Telemetry of two clocks that disagree lies about what came first.
pub(super) fn skew(skew: f64, bound: Duration) -> Check {
    let failed = (skew.abs() > bound.as_secs_f64()).then(|| {
        "set the clock, for example with `timedatectl set-ntp true` on the host; if it is this \
         machine's that is wrong, set that one"
            .to_owned()
    });
    let seen = if skew == 0.0 { "no difference".to_owned() } else { format!("{skew:+.1} s") };
    check("clock", format!("within {} s of this one", bound.as_secs()), seen, failed)
}

/// rsync, the shell's tools, the engine and compose.
pub(super) fn programs(facts: &Facts) -> Vec<Check> {
    let missing: Vec<_> = facts.all("missing").collect();
    let install = (!missing.is_empty()).then(|| {
        format!(
            "install what brings {} (Debian: util-linux, coreutils, findutils, sed, mawk)",
            missing.join(", ")
        )
    });
    let tools =
        if missing.is_empty() { "all there".into() } else { format!("no {}", missing.join(", ")) };
    let rsync = facts.one("rsync");
    let no_rsync = rsync.is_none().then(|| "apt-get install rsync on the host".to_owned());
    vec![
        check("rsync", "installed".into(), rsync.unwrap_or("not there").into(), no_rsync),
        check("tools", "flock, setsid, timeout and the like".into(), tools, install),
        version(
            facts,
            ("engine", "docker"),
            ENGINE,
            "start Docker on the host (`systemctl start docker`) and let the user reach it \
             (`usermod -aG docker USER`, then log in again)",
        ),
        version(
            facts,
            ("compose", "compose plugin"),
            COMPOSE,
            "install the compose plugin on the host (Debian 13: docker-compose; Docker's own \
             packages: docker-compose-plugin)",
        ),
    ]
}

fn version(facts: &Facts, (key, name): (&str, &str), least: [u64; 3], absent: &str) -> Check {
    let shown = least.map(|part| part.to_string()).join(".");
    let expected = format!("{shown} or newer");
    let error = format!("{key}_error");
    let (seen, failed) = match facts.one(key) {
        Some(seen) if parse(seen).is_some_and(|version| version >= least) => (seen, None),
        Some(seen) => (seen, Some(format!("{seen} is there, {shown} is needed; upgrade it"))),
        None => (facts.one(&error).unwrap_or("no answer"), Some(absent.to_owned())),
    };
    check(name, expected, seen.to_owned(), failed)
}

/// The numbers that a version begins with: `v2.26.1-4`, `20.10.24+dfsg1`.
fn parse(version: &str) -> Option<[u64; 3]> {
    let numbers = version.strip_prefix('v').unwrap_or(version);
    let end = numbers.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(numbers.len());
    let mut parts = numbers[..end].split('.').map(str::parse);
    let first = parts.next()?.ok()?;
    let mut next = || parts.next().and_then(Result::ok).unwrap_or(0);
    Some([first, next(), next()])
}

/// A folder that is ours to write, and space for releases and images.
pub(super) fn room(facts: &Facts, dir: &str, min_free_mib: u64) -> Vec<Check> {
    let denied = facts.one("writable").filter(|answer| *answer != "yes");
    let advice = denied.map(|place| {
        format!("{place} is not the user's to write; on the host: install -d -o USER {dir}")
    });
    let seen = denied.map_or("writable".to_owned(), |place| format!("{place} is not"));
    let mut checks = vec![check("folder", format!("{dir} writable"), seen, advice)];
    let places =
        [("disk", "free_kib", dir), ("disk of images", "free_images_kib", "Docker's folder")];
    for (name, fact, place) in places {
        let Some(free) = facts.number(fact).map(|kib| kib / 1024) else { continue };
        let failed = (free < min_free_mib).then(|| {
            format!(
                "free some of the disk of {place}, for example with `docker builder prune` and \
                 `docker image prune` on the host, or lower --min-free"
            )
        });
        checks.push(check(name, format!("{min_free_mib} MiB free"), format!("{free} MiB"), failed));
    }
    checks
}

/// The project's containers are of this folder: its lock is what keeps two deployments of
/// them apart.
pub(super) fn place(facts: &Facts, Remote { dir, project, .. }: &Remote) -> Check {
    let elsewhere = facts.one("elsewhere");
    let failed = elsewhere.map(|root| {
        format!(
            "the containers of project {project} were started from {root}; deploy to the folder \
             that they are of (--dir), end them with `docker compose -p {project} down` on the \
             host (volumes stay), or choose another --project"
        )
    });
    let seen = elsewhere.map_or("as expected".to_owned(), |root| format!("of {root}"));
    check("project", format!("{project} of {dir}, or not there"), seen, failed)
}

/// Every port that the stack publishes is free, or the project's own already.
pub(super) fn ports(facts: &Facts, wanted: &[Port], project: &str) -> Check {
    let settings: Vec<_> = facts.all("setting").filter_map(|pair| pair.split_once('=')).collect();
    let listening: Vec<_> = facts.all("listening").filter_map(ports::listening).collect();
    let owned: Vec<_> = facts.all("owned").flat_map(ports::published).collect();
    let ports: Vec<_> = wanted.iter().map(|port| (port, port.number(&settings))).collect();
    let taken: Vec<_> = ports
        .iter()
        .filter(|(port, number)| {
            let at = (port.udp, *number);
            listening.contains(&at) && !owned.contains(&at)
        })
        .map(|(port, number)| format!("{number} ({})", port.variable))
        .collect();
    let failed = (!taken.is_empty()).then(|| {
        format!(
            "something else than project {project} listens on {}; stop it (`ss -tulpn` on the \
             host shows it), or set another port in shared/.env",
            taken.join(", ")
        )
    });
    let seen = if taken.is_empty() {
        "as expected".into()
    } else {
        format!("taken: {}", taken.join(", "))
    };
    check("ports", format!("{} free, or of project {project}", ports.len()), seen, failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_decorate_their_versions() {
        assert_eq!(parse("2.26.1-4"), Some([2, 26, 1]));
        assert_eq!(parse("v2.40.0-desktop.1"), Some([2, 40, 0]));
        assert_eq!(parse("20.10.24+dfsg1"), Some([20, 10, 24]));
        assert_eq!(parse("28"), Some([28, 0, 0]));
        assert_eq!(parse("unknown"), None);
    }

    #[test]
    fn an_engine_that_does_not_answer_says_why() {
        let facts = Facts::of("rsync=3.2\nengine_error=permission denied\ncompose=2.26.1-4\n");
        let checks = programs(&facts);
        let failed: Vec<_> = checks.iter().filter(|check| !check.passed).collect();
        assert_eq!(failed.len(), 1);
        assert_eq!(failed[0].seen, "permission denied");
        assert!(failed[0].advice.as_ref().unwrap().contains("usermod"));
    }

    #[test]
    fn a_port_of_the_project_is_not_taken() {
        let wanted = ports::ports("'${LAB_PORT:-8080}:8080' '${LAB_S_PORT:-5140}:5140/udp'");
        let verdict = |text: &str| ports(&Facts::of(text), &wanted, "lab").seen;
        assert_eq!(verdict(""), "as expected");
        assert_eq!(verdict("listening=tcp:1F90"), "taken: 8080 (LAB_PORT)");
        assert_eq!(verdict("listening=udp:1414"), "taken: 5140 (LAB_S_PORT)");
        assert_eq!(verdict("listening=tcp:1414"), "as expected");
        let owned = "listening=tcp:1F90\nowned=0.0.0.0:8080->8080/tcp, [::]:8080->8080/tcp";
        assert_eq!(verdict(owned), "as expected");
        assert_eq!(verdict("listening=tcp:1F90\nsetting=LAB_PORT=80"), "as expected");
    }
}
