//! Attribute values, as OTLP's `AnyValue` knows them.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The value of an attribute or of a log field; plain JSON on the wire.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    /// Text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Double(f64),
    /// Several values.
    List(Vec<AttributeValue>),
}

impl AttributeValue {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes that it occupies, about: what a bounded store counts.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bool(_) | Self::Int(_) | Self::Double(_) => 8,
            Self::List(values) => values.iter().map(Self::size).sum(),
        }
    }
}

/// As a person reads it. Doubles show three decimals: the standard formatting of
/// floats costs the browser 11 kB of compressed code.
impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Bool(value) => f.write_str(if *value { "true" } else { "false" }),
            Self::Int(value) => write!(f, "{value}"),
            Self::Double(value) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "saturates far outside of what a span measures"
                )]
                let thousandths = (value * 1000.0) as i64;
                let sign = if thousandths < 0 { "-" } else { "" };
                let (whole, rest) =
                    (thousandths.unsigned_abs() / 1000, thousandths.unsigned_abs() % 1000);
                write!(f, "{sign}{whole}.{rest:03}")
            }
            Self::List(values) => {
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        f.write_str(", ")?;
                    }
                    value.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for AttributeValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for AttributeValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for AttributeValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for AttributeValue {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

impl Serialize for AttributeValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Double(value) => serializer.serialize_f64(*value),
            Self::List(values) => serializer.collect_seq(values),
        }
    }
}

/// By hand, since serde's untagged enums buffer every value first.
impl<'de> Deserialize<'de> for AttributeValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = AttributeValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, a boolean or a list of these")
    }

    fn visit_str<E>(self, text: &str) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Text(text))
    }

    fn visit_bool<E>(self, value: bool) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Int(i64::try_from(value).unwrap_or(i64::MAX)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Double(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<AttributeValue, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
        }
        Ok(AttributeValue::List(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_json() {
        let values = AttributeValue::List(vec![
            "text".into(),
            true.into(),
            (-7).into(),
            0.25.into(),
            AttributeValue::List(vec![1.into()]),
        ]);
        let json = serde_json::to_string(&values).unwrap();
        assert_eq!(json, r#"["text",true,-7,0.25,[1]]"#);
        assert_eq!(serde_json::from_str::<AttributeValue>(&json).unwrap(), values);
    }

    #[test]
    fn display_is_for_people() {
        let values = AttributeValue::List(vec![(-1.5).into(), 200.into(), false.into()]);
        assert_eq!(values.to_string(), "-1.500, 200, false");
    }
}
