//! The trait over SQLite's pools.

use std::pin::pin;

use sqlx::{Connection as _, FromRow as _};
use time::OffsetDateTime;

use super::SqliteStore;
use crate::domain::smoke::SmokePlan;
use crate::domain::task::{Description, NewTask, Task, TaskChanges, TaskQuery, TaskStats, Title};
use crate::store::pool::Pool;
use crate::store::statements::{self, StatsRow, TaskRow, settled, task_store};
use crate::store::{Connections, StoreError};

task_store!(SqliteStore);
