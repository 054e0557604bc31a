//! How a deployment can end, as an exit code.

use std::fmt;

/// The end of a run that did not do what was asked, with its exit code.
#[derive(Debug)]
pub(crate) struct Ended {
    /// See the constants.
    pub(crate) code: u8,
    sentence: String,
}

impl Ended {
    /// The new release did not work; the one before runs again.
    pub(crate) const ROLLED_BACK: u8 = 3;
    /// What runs on the host is not verified: a person has to look.
    pub(crate) const FAILED: u8 = 4;
    /// The connection is gone; the host goes on by itself.
    pub(crate) const UNKNOWN: u8 = 5;
    /// Another deployment is under way.
    pub(crate) const LOCKED: u8 = 6;

    /// An error whose code is the program's.
    pub(crate) fn error(code: u8, sentence: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self { code, sentence: sentence.into() })
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Ended {}
