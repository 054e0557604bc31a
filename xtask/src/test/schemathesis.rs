//! schemathesis, which tries the API's description out.

use std::path::PathBuf;

use anyhow::Result;

use crate::python;

/// The version that the tests were written against.
const REQUIREMENT: &str = "schemathesis==4.32.5";

/// The program.
pub(crate) fn program() -> Result<PathBuf> {
    Ok(python::environment("schemathesis", REQUIREMENT)?.join("bin/schemathesis"))
}
