//! Extract, call, answer. No SQL.

pub(crate) mod alerts;
pub(crate) mod fallback;
pub(crate) mod fragments;
pub(crate) mod ops;
pub(crate) mod otlp;
pub(crate) mod pages;
pub(crate) mod simulate;
pub(crate) mod synthetic;
pub(crate) mod tasks;
pub(crate) mod traces;
