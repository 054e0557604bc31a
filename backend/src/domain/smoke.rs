//! The database smoke test: a bounded number of operations that leave nothing behind.

use api_types::simulate::SMOKE_MAX_OPS;
use thiserror::Error;

/// How many operations of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmokePlan {
    /// Reads.
    pub reads: u32,
    /// Writes.
    pub writes: u32,
}

/// What the operations are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SmokeKind {
    /// Reads alone.
    Read,
    /// Writes alone.
    Write,
    /// As many reads as writes; of an odd number one read more.
    #[default]
    Both,
}

/// What is wrong with a request for a smoke test.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InvalidSmoke {
    /// The number is out of range.
    #[error("ops is {0}; it must be between 1 and {SMOKE_MAX_OPS}.")]
    Ops(i64),
    /// The kind is unknown.
    #[error("type is {0:?}; it must be read, write or rw.")]
    Kind(String),
}

impl SmokeKind {
    /// Reads `read`, `write` or `rw`.
    pub fn parse(text: &str) -> Result<Self, InvalidSmoke> {
        match text {
            "read" => Ok(Self::Read),
            "write" => Ok(Self::Write),
            "rw" => Ok(Self::Both),
            other => Err(InvalidSmoke::Kind(other.to_owned())),
        }
    }

    /// The inverse of [`SmokeKind::parse`].
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Both => "rw",
        }
    }
}

impl SmokePlan {
    /// Divides `ops` between the kinds.
    pub fn new(ops: i64, kind: SmokeKind) -> Result<Self, InvalidSmoke> {
        let ops = u32::try_from(ops)
            .ok()
            .filter(|ops| (1..=SMOKE_MAX_OPS).contains(ops))
            .ok_or(InvalidSmoke::Ops(ops))?;
        Ok(match kind {
            SmokeKind::Read => Self { reads: ops, writes: 0 },
            SmokeKind::Write => Self { reads: 0, writes: ops },
            SmokeKind::Both => Self { reads: ops.div_ceil(2), writes: ops / 2 },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_divided() {
        let plan = |ops, kind| SmokePlan::new(ops, kind).map(|plan| (plan.reads, plan.writes));
        assert_eq!(plan(301, SmokeKind::Both), Ok((151, 150)));
        assert_eq!(plan(10_000, SmokeKind::Write), Ok((0, 10_000)));
        for ops in [0, -1, 10_001, i64::MAX] {
            assert_eq!(plan(ops, SmokeKind::Read), Err(InvalidSmoke::Ops(ops)));
        }
        assert!(SmokeKind::parse("RW").is_err());
    }
}
