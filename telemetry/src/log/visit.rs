//! An event's fields.

use std::fmt;

use tracing::Event;
use tracing::field::{Field, Visit};

use crate::chain::error_chain;
use crate::record::FieldValue;
use crate::redact;

/// The message and the other fields; sensitive values are replaced.
pub(super) fn visit(event: &Event<'_>) -> (String, Vec<(&'static str, FieldValue)>) {
    let mut visitor = Fields::default();
    event.record(&mut visitor);
    (visitor.message, visitor.fields)
}

#[derive(Default)]
struct Fields {
    message: String,
    fields: Vec<(&'static str, FieldValue)>,
}

impl Fields {
    fn add(&mut self, field: &Field, value: FieldValue) {
        let value = if redact::is_sensitive(field.name()) {
            FieldValue::Text(redact::REDACTED.to_owned())
        } else {
            value
        };
        self.fields.push((field.name(), value));
    }

    fn text(&mut self, field: &Field, text: String) {
        if field.name() == "message" {
            self.message = text;
        } else {
            self.add(field, FieldValue::Text(text));
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value.to_owned());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, FieldValue::Bool(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, FieldValue::Int(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, FieldValue::Int(i64::try_from(value).unwrap_or(i64::MAX)));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, FieldValue::Double(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.text(field, error_chain(value));
    }
}
