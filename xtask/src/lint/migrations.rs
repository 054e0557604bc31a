//! The rule for migrations: both databases take the same steps.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace;

/// Migrations that only one of the databases has.
pub(crate) fn complaints() -> Result<Vec<String>> {
    let directory = workspace::root().join("migrations");
    let (sqlite, postgres) = (directory.join("sqlite"), directory.join("postgres"));
    if !postgres.exists() {
        return Ok(Vec::new());
    }
    Ok(compare(&names(&sqlite)?, &names(&postgres)?))
}

fn names(directory: &Path) -> Result<BTreeSet<String>> {
    let context = || format!("could not list {}", directory.display());
    fs::read_dir(directory)
        .with_context(context)?
        .map(|entry| {
            let entry = entry.with_context(context)?;
            Ok(entry.file_name().to_string_lossy().into_owned())
        })
        .collect()
}

fn compare(sqlite: &BTreeSet<String>, postgres: &BTreeSet<String>) -> Vec<String> {
    let lacks = |database: &str, name: &String| format!("migrations/{database} lacks {name}");
    let from_sqlite = postgres.difference(sqlite).map(|name| lacks("sqlite", name));
    let from_postgres = sqlite.difference(postgres).map(|name| lacks("postgres", name));
    from_sqlite.chain(from_postgres).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_of_one_database_alone_is_named() {
        let set = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let sqlite = set(&["0001_tasks.sql", "0002_index.sql"]);
        let postgres = set(&["0001_tasks.sql", "0003_users.sql"]);
        assert_eq!(
            compare(&sqlite, &postgres),
            ["migrations/sqlite lacks 0003_users.sql", "migrations/postgres lacks 0002_index.sql"]
        );
        assert!(compare(&sqlite, &sqlite).is_empty());
    }
}
