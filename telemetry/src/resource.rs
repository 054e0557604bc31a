//! What all telemetry of this process says about it.

use opentelemetry::{Key, KeyValue};
use opentelemetry_sdk::Resource;

use crate::config::Config;

/// The environment's attributes (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`), and
/// ours where it says nothing.
pub(crate) fn detect(config: &Config) -> Resource {
    let detected = Resource::builder().build();
    let defaults = [
        ("service.name", config.service_name.to_owned()),
        ("service.version", config.service_version.to_owned()),
        ("service.instance.id", uuid::Uuid::new_v4().to_string()),
        ("deployment.environment.name", "lab".to_owned()),
    ];
    let missing = defaults.into_iter().filter(|(key, _)| {
        detected
            .get(&Key::from_static_str(key))
            // The SDK's own detector fills the name in where nobody chose one.
            .is_none_or(|value| value.as_str().starts_with("unknown_service"))
    });
    Resource::builder()
        .with_attributes(missing.map(|(key, value)| KeyValue::new(key, value)))
        .build()
}
