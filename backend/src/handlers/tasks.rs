//! `/api/tasks`

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;
mod wire;

pub(crate) use create::{create, store_new};
pub(crate) use delete::delete;
pub(crate) use get::get;
pub(crate) use list::{list, shown};
pub(crate) use update::update;
pub(crate) use wire::new_task;
