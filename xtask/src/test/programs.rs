//! The programs that the tests start, and the Debian packages that bring them.

use std::process::Command;

use crate::process;

/// A program with the packages to install where it is missing.
struct Program {
    /// Distributions differ; any of these will do.
    names: &'static [&'static str],
    packages: &'static [&'static str],
}

const PROGRAMS: [Program; 25] = [
    // Without a font, Chromium lays out every glyph as an empty box.
    Program {
        names: &["chromium", "chromium-browser"],
        packages: &["chromium", "fonts-liberation"],
    },
    Program { names: &["chromedriver"], packages: &["chromium-driver"] },
    Program { names: &["nginx"], packages: &["nginx"] },
    Program { names: &["postgres"], packages: &["postgresql"] },
    Program { names: &["prometheus"], packages: &["prometheus"] },
    Program { names: &["promtool"], packages: &["prometheus"] },
    Program {
        names: &["prometheus-alertmanager", "alertmanager"],
        packages: &["prometheus-alertmanager"],
    },
    Program { names: &["npm"], packages: &["npm"] },
    // What Prometheus asks besides the lab.
    Program {
        names: &["prometheus-node-exporter", "node_exporter"],
        packages: &["prometheus-node-exporter"],
    },
    Program {
        names: &["prometheus-postgres-exporter", "postgres_exporter"],
        packages: &["prometheus-postgres-exporter"],
    },
    Program {
        names: &["prometheus-nginx-exporter", "nginx-prometheus-exporter"],
        packages: &["prometheus-nginx-exporter"],
    },
    Program {
        names: &["prometheus-blackbox-exporter", "blackbox_exporter"],
        packages: &["prometheus-blackbox-exporter"],
    },
    // Makes the certificate whose end an alert watches.
    Program { names: &["openssl"], packages: &["openssl"] },
    // The pipeline is run by Groovy, which is not a program of Debian's.
    Program { names: &["java"], packages: &["default-jre-headless"] },
    // What a target host reads is judged by what reads it there.
    Program { names: &["sshd"], packages: &["openssh-server"] },
    Program { names: &["ssh-keygen"], packages: &["openssh-client"] },
    Program { names: &["cloud-init"], packages: &["cloud-init"] },
    Program { names: &["virt-xml-validate"], packages: &["libvirt-clients"] },
    Program { names: &["xmllint"], packages: &["libxml2-utils"] },
    Program { names: &["nft"], packages: &["nftables"] },
    Program { names: &["ip"], packages: &["iproute2"] },
    Program { names: &["shellcheck"], packages: &["shellcheck"] },
    // What releases are deployed with, to a host that the tests make.
    Program { names: &["rsync"], packages: &["rsync"] },
    Program { names: &["git"], packages: &["git"] },
    // Debian's python3 comes without the module that makes environments.
    Program { names: &["python3-venv"], packages: &["python3-venv"] },
];

/// The packages of all programs that `is_here` denies.
pub(crate) fn missing_packages(is_here: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let mut packages: Vec<_> = PROGRAMS
        .iter()
        .filter(|program| !program.names.iter().any(|name| is_here(name)))
        .flat_map(|program| program.packages.iter().copied())
        .collect();
    // Programs of one package stand together.
    packages.dedup();
    packages
}

/// True when this machine has the program.
pub(crate) fn is_here(name: &str) -> bool {
    if name == "python3-venv" {
        let mut python = Command::new("python3");
        return process::capture(python.args(["-c", "import ensurepip, venv"])).is_ok();
    }
    if name == "postgres" {
        postgres_fixture::programs().is_some()
    } else {
        process::find_program(name).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_machine_needs_nothing() {
        assert!(missing_packages(|_| true).is_empty());
    }

    #[test]
    fn a_bare_machine_needs_everything() {
        assert_eq!(
            missing_packages(|_| false),
            [
                "chromium",
                "fonts-liberation",
                "chromium-driver",
                "nginx",
                "postgresql",
                "prometheus",
                "prometheus-alertmanager",
                "npm",
                "prometheus-node-exporter",
                "prometheus-postgres-exporter",
                "prometheus-nginx-exporter",
                "prometheus-blackbox-exporter",
                "openssl",
                "default-jre-headless",
                "openssh-server",
                "openssh-client",
                "cloud-init",
                "libvirt-clients",
                "libxml2-utils",
                "nftables",
                "iproute2",
                "shellcheck",
                "rsync",
                "git",
                "python3-venv"
            ]
        );
    }

    /// Jenkins' user is not root, so that nothing can be installed when the tests begin.
    #[test]
    fn the_pipeline_s_image_has_everything() {
        let file = include_str!("../../../jenkins/Dockerfile");
        let listed: Vec<_> = file.lines().map(|line| line.trim_matches([' ', '\\'])).collect();
        for package in missing_packages(|_| false) {
            assert!(listed.contains(&package), "jenkins/Dockerfile lacks {package}");
        }
    }

    #[test]
    fn either_name_of_alertmanager_will_do() {
        assert!(missing_packages(|name| name != "prometheus-alertmanager").is_empty());
        assert_eq!(missing_packages(|name| name != "nginx"), ["nginx"]);
    }

    #[test]
    fn a_package_is_asked_for_once() {
        assert_eq!(missing_packages(|name| name != "promtool"), ["prometheus"]);
        assert_eq!(missing_packages(|name| !name.starts_with("prom")), ["prometheus"]);
    }

    #[test]
    fn the_font_comes_with_the_browser_alone() {
        let packages = missing_packages(|name| !name.starts_with("chromium"));
        assert_eq!(packages, ["chromium", "fonts-liberation"]);
    }
}
