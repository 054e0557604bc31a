//! The page in a real browser, down to the database.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod add;
mod catalogue;
mod leave;
mod load;
mod markup;
mod tasks;
