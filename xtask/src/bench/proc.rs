//! What the kernel says that a process costs.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::unistd::{SysconfVar, sysconf};

/// A process and its children; a server of several processes is a master that forked them,
/// from its first thread.
pub(super) fn family(pid: u32) -> Result<Vec<u32>> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    let children = children.split_whitespace().map(str::parse).collect::<Result<Vec<u32>, _>>()?;
    Ok([vec![pid], children].concat())
}

/// Processor time since its start, user and system; of an ended process too, until somebody
/// waits for it.
pub(super) fn cpu(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks_per_second = sysconf(SysconfVar::CLK_TCK)?.context("no clock tick")?;
    let ticks = cpu_ticks(&stat).context("/proc has another form")?;
    Ok(Duration::from_millis(ticks * 1000 / u64::try_from(ticks_per_second)?))
}

/// Fields 14 and 15 of proc(5)'s `stat`; the second field may hold spaces.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    Some(fields.next()?.ok()? + fields.next()?.ok()?)
}

/// Resident memory in kilobytes.
pub(super) fn resident_kb(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    kilobytes(&status, "VmRSS:").context("no VmRSS in /proc")
}

/// The process's part of resident memory in kilobytes: a page that n processes share counts
/// as a n-th of it, so that the sum over those processes counts it once.
pub(super) fn proportional_kb(pid: u32) -> Result<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    kilobytes(&rollup, "Pss:").context("no Pss in /proc")
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn processor_time_is_user_and_system() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 1 2 3 4 250 50 6 7 20 0 1 0 99";
        assert_eq!(cpu_ticks(stat), Some(300));
        assert_eq!(cpu_ticks("7 (x) S"), None);
    }

    #[test]
    fn memory_is_found_by_its_name() {
        let rollup = "aaaa-bbbb ---p 0 00:00 0 [rollup]\nRss: 2000 kB\nPss:    700 kB\n\
                      Pss_Dirty:  9 kB\n";
        assert_eq!(kilobytes(rollup, "Pss:"), Some(700));
        assert_eq!(kilobytes(rollup, "VmRSS:"), None);
    }

    #[test]
    fn children_belong_to_the_family() {
        // The child says who it is itself: between fork and exec its memory may be nobody's.
        let script = "exec 3<&0; sh -c 'echo $$; read -r _ <&3' & wait";
        let mut shell = Command::new("sh")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(shell.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let child: u32 = line.trim().parse().unwrap();
        let family = family(shell.id()).unwrap();
        let parts = family.iter().map(|pid| proportional_kb(*pid)).collect::<Result<Vec<_>>>();
        // It closes the pipe that the child reads.
        shell.wait().unwrap();
        assert_eq!(family, [shell.id(), child]);
        assert!(parts.unwrap().into_iter().all(|kb| kb > 0));
    }
}
