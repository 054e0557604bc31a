//! The pages for people: the task manager with its plain form, and a trace by itself.

mod tasks;
mod trace;

pub(crate) use tasks::{PageParams, rows, show, submit};
pub(crate) use trace::{Look, panel, trace};
