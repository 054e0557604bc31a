//! `GET /openapi.json`, made from the handlers' annotations.

pub(crate) mod problems;

use api_types::Problem;
use utoipa::OpenApi;
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::openapi::{OpenApi as Document, RefOr};

use crate::handlers::{alerts, ops, simulate, synthetic, tasks, traces};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Observability Lab",
        description = "A task manager whose every request can be followed in one trace.",
        license(name = "MIT", identifier = "MIT")
    ),
    paths(
        tasks::list::list,
        tasks::create::create,
        tasks::get::get,
        tasks::update::update,
        tasks::delete::delete,
        simulate::error::error,
        simulate::slow::slow,
        simulate::smoke::smoke,
        synthetic::synthetic,
        traces::get,
        alerts::list::list,
        ops::health,
        ops::ready,
        ops::metrics,
    ),
    components(schemas(Problem))
)]
struct Annotations;

/// The API's description: OpenAPI 3.1, every object closed.
#[must_use]
pub fn document() -> Document {
    let mut document = Annotations::openapi();
    let schemas = document.components.iter_mut().flat_map(|components| &mut components.schemas);
    for (_, schema) in schemas {
        match schema {
            RefOr::T(Schema::Object(object)) if !object.properties.is_empty() => {
                let closed = AdditionalProperties::FreeForm(false);
                object.additional_properties = Some(Box::new(closed));
            }
            _ => {}
        }
    }
    document
}
