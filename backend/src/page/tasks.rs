//! A page of tasks as the templates show it.

use api_types::routes;
use api_types::task::{Stats, TaskList};
use askama::Template;

/// Which tasks are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    /// All of them.
    All,
    /// The open ones.
    Pending,
    /// The done ones.
    Completed,
}

/// The counts, the filter and the first tasks.
#[derive(Debug, Template)]
#[template(path = "tasks.html")]
pub(crate) struct TaskView {
    pub(crate) rows: Rows,
}

/// Tasks, and the way to those that follow.
#[derive(Debug, Template)]
#[template(path = "rows.html")]
pub(crate) struct Rows {
    filter: Filter,
    list: TaskList,
}

impl Filter {
    const ALL: [Self; 3] = [Self::All, Self::Pending, Self::Completed];

    /// The filter that a query string asks for.
    const fn of(completed: Option<bool>) -> Self {
        match completed {
            None => Self::All,
            Some(false) => Self::Pending,
            Some(true) => Self::Completed,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Pending => "Pending",
            Self::Completed => "Completed",
        }
    }

    /// The value of `completed` that passes; empty where every task does.
    const fn completed(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Pending => "false",
            Self::Completed => "true",
        }
    }

    const fn count_id(self) -> &'static str {
        match self {
            Self::All => "stats-total",
            Self::Pending => "stats-pending",
            Self::Completed => "stats-completed",
        }
    }

    const fn nothing(self) -> &'static str {
        match self {
            Self::All => "Nothing to do yet. Add a task and watch its trace.",
            Self::Pending => "Nothing is pending.",
            Self::Completed => "Nothing is completed yet.",
        }
    }

    fn count(self, stats: &Stats) -> i64 {
        match self {
            Self::All => stats.total,
            Self::Pending => stats.pending,
            Self::Completed => stats.completed,
        }
    }

    fn url(self) -> String {
        match self {
            Self::All => routes::PAGE.to_owned(),
            filter => format!("{}?completed={}", routes::PAGE, filter.completed()),
        }
    }
}

impl Rows {
    /// A page of the tasks that a query string asks for.
    pub(crate) fn new(completed: Option<bool>, list: TaskList) -> Self {
        Self { filter: Filter::of(completed), list }
    }

    /// The URL of the tasks that follow.
    fn older(&self) -> Option<String> {
        let next = self.list.next.as_ref()?;
        let url = self.filter.url();
        let joint = if url.contains('?') { '&' } else { '?' };
        Some(format!("{url}{joint}after={next}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_filter() {
        let older = |completed, next: &str| {
            let list = TaskList {
                tasks: Vec::new(),
                count: 0,
                stats: Stats::default(),
                next: Some(next.to_owned()),
            };
            Rows::new(completed, list).older().unwrap()
        };
        assert_eq!(older(None, "7"), "/?after=7");
        assert_eq!(older(Some(false), "7"), "/?completed=false&after=7");
        assert_eq!(older(Some(true), "7"), "/?completed=true&after=7");
    }
}
