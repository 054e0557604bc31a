//! Which database, and how to reach it. The first of these that is set decides:
//! - `DATABASE_URL`, `--database-url`: `sqlite://FILE` or `postgres://…`.
//! - `DATABASE_URL_FILE`: a file that holds the URL, as container secrets do.
//! - `PGHOST`, `PGHOSTADDR`, `PGDATABASE`, `PGUSER`: any of them means PostgreSQL. With
//!   `PGPORT`, `PGPASSWORD`, `PGSSLMODE`, `PGSSLROOTCERT`, `PGSSLCERT`, `PGSSLKEY` and
//!   `PGOPTIONS`, which alone decide nothing, they also complete a `postgres://` URL.
//! - Otherwise `sqlite://data/lab.db`.
//!
//! `PGPASSWORD_FILE` is a file that holds PostgreSQL's password. The TLS mode is
//! `prefer` unless the URL or `PGSSLMODE` says otherwise.

use std::fmt;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use thiserror::Error;

/// The database of the embedded lab.
pub const DEFAULT_URL: &str = "sqlite://data/lab.db";

/// The variables that say that there is a PostgreSQL server.
const POSTGRES: [&str; 4] = ["PGHOST", "PGHOSTADDR", "PGDATABASE", "PGUSER"];

/// A database by the scheme of its URL. Neither form is printed: each may hold a secret.
#[derive(Clone)]
pub enum Database {
    /// A SQLite file by its URL.
    Sqlite(String),
    /// A PostgreSQL server.
    Postgres(Box<PgConnectOptions>),
}

/// The settings name no database that this build knows. The text never repeats a value.
#[derive(Debug, Error)]
pub enum InvalidDatabase {
    /// The scheme is neither.
    #[error(
        "DATABASE_URL is not usable: the scheme is not supported; \
         expected sqlite://FILE or postgres://USER@HOST/DATABASE"
    )]
    Scheme,
    /// The rest of the URL is not understood.
    #[error("DATABASE_URL is no PostgreSQL URL; expected postgres://USER@HOST/DATABASE")]
    Postgres,
    /// PostgreSQL's service file is not read.
    #[error("PGSERVICE is not supported; set PGHOST, PGUSER and PGDATABASE or DATABASE_URL")]
    Service,
    /// A file with a secret cannot be read.
    #[error("{variable} names a file that cannot be read")]
    File {
        /// The variable.
        variable: &'static str,
        /// Why.
        source: std::io::Error,
    },
}

impl Database {
    /// Decides by the flag and the environment.
    pub fn choose(
        flag: Option<&str>,
        var: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, InvalidDatabase> {
        let url = match flag {
            Some(url) => Some(url.to_owned()),
            None => secret("DATABASE_URL_FILE", var)?,
        };
        let password = secret("PGPASSWORD_FILE", var)?;
        match url {
            Some(url) => Self::parse(&url, password.as_deref()),
            // It may name any database: to take another one would be worse than none.
            None if var("PGSERVICE").is_some() => Err(InvalidDatabase::Service),
            None if POSTGRES.iter().any(|name| var(name).is_some()) => {
                Ok(Self::postgres(PgConnectOptions::new(), password.as_deref()))
            }
            None => Self::parse(DEFAULT_URL, None),
        }
    }

    fn parse(url: &str, password: Option<&str>) -> Result<Self, InvalidDatabase> {
        match url.split_once(':') {
            Some(("sqlite", rest)) if !rest.is_empty() => Ok(Self::Sqlite(url.to_owned())),
            Some(("postgres" | "postgresql", _)) => {
                let options =
                    PgConnectOptions::from_str(url).map_err(|_| InvalidDatabase::Postgres)?;
                Ok(Self::postgres(options, password))
            }
            _ => Err(InvalidDatabase::Scheme),
        }
    }

    fn postgres(options: PgConnectOptions, password: Option<&str>) -> Self {
        let options = match password {
            Some(password) => options.password(password),
            None => options,
        };
        Self::Postgres(Box::new(options))
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite(_) => "Sqlite",
            Self::Postgres(_) => "Postgres",
        })
    }
}

/// The content of the file that a variable names, without the line feed at its end.
fn secret(
    variable: &'static str,
    var: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<String>, InvalidDatabase> {
    let Some(path) = var(variable) else { return Ok(None) };
    let content = std::fs::read_to_string(path)
        .map_err(|source| InvalidDatabase::File { variable, source })?;
    Ok(Some(content.trim_end_matches(['\r', '\n']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(flag: Option<&str>, vars: &[(&str, &str)]) -> Result<Database, InvalidDatabase> {
        Database::choose(flag, &|name| {
            vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_embedded_lab_needs_no_setting() {
        assert!(matches!(choose(None, &[]), Ok(Database::Sqlite(url)) if url == DEFAULT_URL));
    }

    #[test]
    fn the_scheme_decides() {
        let url = "postgres://ann:secret@db.test:5433/lab?sslmode=require";
        let Ok(Database::Postgres(options)) = choose(Some(url), &[]) else { panic!("{url}") };
        assert_eq!((options.get_host(), options.get_port()), ("db.test", 5433));
        assert_eq!(options.get_database(), Some("lab"));
        for url in ["mysql://u:secret@h/d", "data/lab.db", "", "sqlite:", "postgres://[u:secret"] {
            let error = choose(Some(url), &[]).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
        }
    }

    #[test]
    fn postgresqls_own_variables_mean_postgresql() {
        for name in POSTGRES {
            let chosen = choose(None, &[(name, "db.test")]);
            assert!(matches!(chosen, Ok(Database::Postgres(_))), "{name}");
        }
        for name in ["PGPASSWORD", "PGPORT", "PGSSLMODE"] {
            assert!(matches!(choose(None, &[(name, "1")]), Ok(Database::Sqlite(_))), "{name}");
        }
        let service = [("PGSERVICE", "lab"), ("PGHOST", "db.test")];
        assert!(matches!(choose(None, &service), Err(InvalidDatabase::Service)));
        assert!(matches!(choose(Some("sqlite://a.db"), &service), Ok(Database::Sqlite(_))));
    }

    #[test]
    fn secrets_come_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            path.to_string_lossy().into_owned()
        };
        let url = file("url", "postgres://ann@db.test/lab\n");
        let chosen = choose(None, &[("DATABASE_URL_FILE", &url)]).unwrap();
        assert!(matches!(&chosen, Database::Postgres(options) if options.get_host() == "db.test"));
        assert_eq!(format!("{chosen:?}"), "Postgres");

        let missing = choose(None, &[("PGHOST", "db.test"), ("PGPASSWORD_FILE", "/none")]);
        assert!(missing.unwrap_err().to_string().contains("PGPASSWORD_FILE"));
    }
}
