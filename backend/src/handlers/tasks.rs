//! `/api/tasks`

mod create;
mod delete;
mod get;
mod list;
mod update;
mod wire;

pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use get::get;
pub(crate) use list::{list, shown};
pub(crate) use update::update;
pub(crate) use wire::new_task;
