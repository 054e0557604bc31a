//! Groovy from Maven Central: the version that Jenkins runs pipelines with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::frontend::assets::hex;
use crate::{process, workspace};

/// Jenkins' own, since 2016 and to this day.
const FILE: &str = "groovy-all-2.4.21.jar";
const PATH: &str = "org/codehaus/groovy/groovy-all/2.4.21";
const SHA256: &str = "de65260cf2070442e99882f2f3d72e7531725c1e6a257446cc0cea525c607bd0";

/// A mirror of Maven Central may be named instead.
const MIRROR: &str = "LAB_MAVEN_URL";
const CENTRAL: &str = "https://repo1.maven.org/maven2";

/// Python is there for schemathesis, with the system's certificates and proxies. Three tries:
/// a test is not to fail because a connection did once.
const DOWNLOAD: &str = "
import http.client, sys, time, urllib.request
for left in (2, 1, 0):
    try:
        with urllib.request.urlopen(sys.argv[1], timeout=60) as answer:
            library = answer.read()
        break
    except (OSError, http.client.HTTPException):
        if not left:
            raise
        time.sleep(5)
with open(sys.argv[2], 'wb') as file:
    file.write(library)
";

/// The library; downloaded where it is not there yet.
pub(super) fn library() -> Result<PathBuf> {
    let folder = workspace::target().join("groovy");
    let jar = folder.join(FILE);
    if sum(&jar).is_ok_and(|found| found == SHA256) {
        return Ok(jar);
    }
    fs::create_dir_all(&folder).context("could not make Groovy's folder")?;
    let mirror = std::env::var(MIRROR).unwrap_or_else(|_| CENTRAL.to_owned());
    let url = format!("{}/{PATH}/{FILE}", mirror.trim_end_matches('/'));
    process::capture(Command::new("python3").args(["-c", DOWNLOAD, &url]).arg(&jar))
        .with_context(|| format!("could not download {url}"))?;
    let found = sum(&jar)?;
    if found != SHA256 {
        fs::remove_file(&jar).context("could not remove a wrong download")?;
        bail!("{url} has the SHA-256 {found}, not {SHA256}");
    }
    Ok(jar)
}

/// Compiles classes into a folder.
pub(super) fn compile(library: &Path, sources: &[PathBuf], into: &Path) -> Result<()> {
    let mut java = java()?;
    java.arg("-cp").arg(library).args(["org.codehaus.groovy.tools.FileSystemCompiler", "-d"]);
    process::run(java.arg(into).args(sources))
}

/// A script, with these classes.
pub(super) fn script(library: &Path, classes: &Path, script: &Path) -> Result<Command> {
    let mut path = library.as_os_str().to_owned();
    path.push(":");
    path.push(classes);
    let mut java = java()?;
    java.arg("-cp").arg(path).arg("groovy.ui.GroovyMain").arg(script);
    Ok(java)
}

fn java() -> Result<Command> {
    ensure!(process::find_program("java").is_some(), "java is not installed");
    Ok(Command::new("java"))
}

fn sum(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
    Ok(hex(&Sha256::digest(bytes)))
}
