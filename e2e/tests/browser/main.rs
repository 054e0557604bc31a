//! The page in a real browser, down to the database.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod add;
mod alerts;
mod catalogue;
mod edit;
mod experiments;
mod keyboard;
mod late;
mod leave;
mod lists;
mod load;
mod markup;
mod narrow;
mod network;
mod notices;
mod panel;
mod plain;
mod tasks;
mod undo;
