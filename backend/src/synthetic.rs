//! Attributes that clients carry in their baggage: synthetic traffic its persona, the page
//! its visit.
//!
//! Baggage is the client's word: only these keys are taken, and only values that an
//! enumeration or a narrow form allows.

use api_types::synthetic::{DEVICES, MODES, NETWORKS, REGIONS};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::{Context, KeyValue};

/// `user_agent.synthetic.type` of the semantic conventions; `test` for our own traffic.
pub(crate) const SYNTHETIC_TYPE: &str = "user_agent.synthetic.type";

type Check = fn(&str) -> bool;

/// What may come in, and how a value is checked.
const ALLOWED: [(&str, Check); 8] = [
    ("app.region", |value| REGIONS.contains(&value)),
    ("app.device", |value| DEVICES.contains(&value)),
    ("app.network_type", |value| NETWORKS.contains(&value)),
    ("app.traffic_mode", |value| MODES.contains(&value)),
    ("app.timezone", is_timezone),
    ("app.synthetic_id", is_id),
    ("session.id", is_id),
    (SYNTHETIC_TYPE, |value| value == "test"),
];

/// The attributes that the baggage in `cx` may set.
pub(crate) fn attributes(cx: &Context) -> Vec<KeyValue> {
    let baggage = cx.baggage();
    let allowed = ALLOWED.into_iter().filter_map(|(key, check)| {
        let value = baggage.get(key)?.as_str();
        check(value).then(|| KeyValue::new(key, value.to_owned()))
    });
    allowed.collect()
}

/// Where synthetic traffic comes from, and on which device; members of the enumerations.
pub(crate) fn region_and_device(
    attributes: &[KeyValue],
) -> (Option<&'static str>, Option<&'static str>) {
    let member = |key: &str, known: &'static [&'static str]| {
        let attribute = attributes.iter().find(|attribute| attribute.key.as_str() == key)?;
        known.iter().find(|known| **known == attribute.value.as_str()).copied()
    };
    (member("app.region", &REGIONS), member("app.device", &DEVICES))
}

/// The form of an IANA time zone's name.
pub(crate) fn is_timezone(text: &str) -> bool {
    is_short(text, |byte| byte.is_ascii_alphanumeric() || b"_+-/".contains(&byte))
}

/// The form of an id that a load generator gives.
pub(crate) fn is_id(text: &str) -> bool {
    is_short(text, |byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

fn is_short(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_keys_with_known_values_pass() {
        let cx = Context::new().with_baggage([
            KeyValue::new("app.region", "eu-west-1"),
            KeyValue::new("app.device", "toaster"),
            KeyValue::new("app.timezone", "Europe/Dublin"),
            KeyValue::new("app.synthetic_id", "a b"),
            KeyValue::new("user.email", "a@b.c"),
            KeyValue::new("session.id", "0af7651916cd43dd8448eb211c80319c"),
            KeyValue::new(SYNTHETIC_TYPE, "test"),
        ]);
        let keys: Vec<_> =
            attributes(&cx).into_iter().map(|attribute| attribute.key.to_string()).collect();
        assert_eq!(keys, ["app.region", "app.timezone", "session.id", SYNTHETIC_TYPE]);
        assert_eq!(region_and_device(&attributes(&cx)), (Some("eu-west-1"), None));
    }
}
