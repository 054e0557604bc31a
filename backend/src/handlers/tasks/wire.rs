//! Tasks between the wire and the domain.

use api_types::task as wire;

use crate::clock::timestamp;
use crate::domain::task::{Description, InvalidTask, NewTask, Task, TaskChanges, TaskStats, Title};

/// Checks a create's fields.
pub(crate) fn new_task(body: &wire::CreateTask) -> Result<NewTask, InvalidTask> {
    Ok(NewTask {
        title: Title::parse(&body.title)?,
        description: Description::parse(body.description.as_deref().unwrap_or_default())?,
        completed: body.completed.unwrap_or_default(),
    })
}

/// Checks a change's fields.
pub(super) fn changes(body: &wire::UpdateTask) -> Result<TaskChanges, InvalidTask> {
    Ok(TaskChanges {
        title: body.title.as_deref().map(Title::parse).transpose()?,
        description: body.description.as_deref().map(Description::parse).transpose()?,
        completed: body.completed,
    })
}

/// A task as it travels.
pub(super) fn task(task: Task) -> wire::Task {
    wire::Task {
        id: task.id,
        title: task.title,
        description: task.description,
        completed: task.completed,
        created_at: timestamp(task.created_at),
        updated_at: timestamp(task.updated_at),
    }
}

pub(super) fn stats(stats: TaskStats) -> wire::Stats {
    wire::Stats { total: stats.total, completed: stats.completed, pending: stats.pending() }
}
