//! Scripts that start the private toolchain's programs.
//!
//! Each program runs through the loader and the C library it was built with, so
//! that an older C library on the host does not matter.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result};

use crate::debian::Arch;

/// One program, with paths relative to the unpacked root.
struct Program {
    name: &'static str,
    path: &'static str,
    /// Goes before the program: for the loader.
    loader_options: &'static str,
    /// Goes after the program, before the caller's arguments.
    options: &'static str,
}

const PROGRAMS: [Program; 3] = [
    Program {
        name: "rustc",
        path: "usr/bin/rustc",
        loader_options: "",
        options: r#"--sysroot "$root/usr" "#,
    },
    Program {
        name: "wasm-ld",
        path: "usr/lib/llvm-19/bin/wasm-ld",
        // lld chooses its dialect by the name it is called.
        loader_options: "--argv0 wasm-ld ",
        options: "",
    },
    Program { name: "wasm-opt", path: "usr/bin/wasm-opt", loader_options: "", options: "" },
];

/// Writes a script for each program into `bin`, which lies next to `root`.
pub(crate) fn write(bin: &Path, arch: Arch) -> Result<()> {
    fs::create_dir_all(bin).context("could not create the private toolchain's bin directory")?;
    for program in &PROGRAMS {
        let path = bin.join(program.name);
        fs::write(&path, script(program, arch))
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)))
            .with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(())
}

fn script(program: &Program, arch: Arch) -> String {
    let Program { path, loader_options, options, .. } = program;
    let Arch { multiarch, loader, .. } = arch;
    format!(
        "#!/bin/sh\n\
         root=$(cd \"$(dirname \"$0\")/../root\" && pwd)\n\
         lib=\"$root/usr/lib/{multiarch}\"\n\
         exec \"$lib/{loader}\" --library-path \"$lib:$root/usr/lib/llvm-19/lib\" \
         {loader_options}\"$root/{path}\" {options}\"$@\"\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_runs_its_program_through_the_private_loader() {
        let arch = Arch::named("arm64").unwrap();
        let linker = script(&PROGRAMS[1], arch);
        assert!(linker.starts_with("#!/bin/sh\n"));
        assert!(linker.contains("lib=\"$root/usr/lib/aarch64-linux-gnu\"\n"), "{linker}");
        assert!(
            linker.ends_with(
                "exec \"$lib/ld-linux-aarch64.so.1\" \
                 --library-path \"$lib:$root/usr/lib/llvm-19/lib\" \
                 --argv0 wasm-ld \"$root/usr/lib/llvm-19/bin/wasm-ld\" \"$@\"\n"
            ),
            "{linker}"
        );
    }
}
