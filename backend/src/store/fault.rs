//! What kind of fault an error is, by its code.
//!
//! SQLite's result codes (<https://www.sqlite.org/rescode.html>) are numbers whose lowest
//! byte is the class; PostgreSQL's SQLSTATEs (appendix A of its manual) have five
//! characters, of which two are the class.

/// A kind of fault that a client can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not now: no connection, a broken one, a lock that is not released, a disk that
    /// does not work.
    Unavailable,
    /// The database takes no writes.
    ReadOnly,
    /// The disk is full.
    Full,
    /// Anything else is our own.
    Other,
}

impl Fault {
    pub(super) fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            // The server broke off in the middle of an answer.
            | sqlx::Error::Protocol(_) => Self::Unavailable,
            sqlx::Error::Database(database) => {
                database.code().map_or(Self::Other, |code| Self::of_code(&code))
            }
            _ => Self::Other,
        }
    }

    fn of_code(code: &str) -> Self {
        match code.parse::<u32>() {
            Ok(number) if code.len() < 5 => Self::of_sqlite(number & 0xff),
            _ => Self::of_postgres(code),
        }
    }

    /// BUSY, LOCKED, IOERR and CANTOPEN; READONLY; FULL.
    fn of_sqlite(class: u32) -> Self {
        match class {
            5 | 6 | 10 | 14 => Self::Unavailable,
            8 => Self::ReadOnly,
            13 => Self::Full,
            _ => Self::Other,
        }
    }

    /// `disk_full`; `read_only_sql_transaction`, as on a standby; `query_canceled`, as by
    /// `statement_timeout`; and the classes of connection faults, of exhausted resources,
    /// of a server that starts or stops, and of its disk and memory.
    fn of_postgres(code: &str) -> Self {
        match code {
            "53100" => Self::Full,
            "25006" => Self::ReadOnly,
            "57014" => Self::Unavailable,
            _ if ["08", "53", "57P", "58"].iter().any(|class| code.starts_with(class)) => {
                Self::Unavailable
            }
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_the_kinds_apart() {
        for (kind, codes) in [
            (
                Fault::Unavailable,
                &[
                    "08006", "53300", "57P01", "57P03", "57014", "58030", "5", "6", "261", "517",
                    "10", "778", "14", "526",
                ] as &[&str],
            ),
            (Fault::ReadOnly, &["25006", "8", "1032"]),
            (Fault::Full, &["53100", "13"]),
            (Fault::Other, &["23505", "42P01", "25P02", "1", "11", "19", "2067"]),
        ] {
            for code in codes {
                assert_eq!(Fault::of_code(code), kind, "{code}");
            }
        }
    }
}
