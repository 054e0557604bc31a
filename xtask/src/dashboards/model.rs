//! What Grafana reads: its dashboard model, schema version 41.

use serde_json::{Value, json};

use super::layout::{self, Place};
use super::links;
use super::source::{Dashboard, Kind, Panel, Query, Source};

/// All dashboards link to each other by it.
const TAG: &str = "lab";

/// A dashboard.
pub(super) fn dashboard(uid: &str, source: &Dashboard) -> Value {
    let mut panels = Vec::new();
    let mut top = 0;
    for row in &source.rows {
        let (title, places, next) = layout::row(row, top);
        let id = panels.len() + 1;
        panels.push(json!({
            "id": id,
            "type": "row",
            "title": row.title,
            "collapsed": false,
            "gridPos": grid(title),
            "panels": [],
        }));
        for (panel, place) in row.panels.iter().zip(places) {
            panels.push(self::panel(panels.len() + 1, panel, place));
        }
        top = next;
    }
    json!({
        "uid": uid,
        "title": source.title,
        "description": source.about,
        "tags": [TAG],
        "schemaVersion": 41,
        "editable": false,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": { "from": "now-1h", "to": "now" },
        "timezone": "browser",
        "links": [{
            "type": "dashboards",
            "title": "Observability Lab",
            "tags": [TAG],
            "asDropdown": true,
            "includeVars": false,
            "keepTime": true,
        }],
        "templating": { "list": source.variables.iter().map(|name| variable(name)).collect::<Vec<_>>() },
        "panels": panels,
    })
}

fn panel(id: usize, panel: &Panel, place: Place) -> Value {
    let (kind, options) = options(panel.kind);
    let targets: Vec<_> = ('A'..)
        .zip(&panel.queries)
        .map(|(id, query)| target(&id.to_string(), panel, query))
        .collect();
    json!({
        "id": id,
        "type": kind,
        "title": panel.title,
        "description": panel.about,
        "gridPos": grid(place),
        "datasource": datasource(panel.source),
        "fieldConfig": { "defaults": defaults(panel), "overrides": links::columns(panel.kind) },
        "options": options,
        "targets": targets,
        "transformations": transformations(panel.kind),
    })
}

fn grid(Place { x, y, width, height }: Place) -> Value {
    json!({ "x": x, "y": y, "w": width, "h": height })
}

fn datasource(source: Source) -> Value {
    json!({ "type": source.uid(), "uid": source.uid() })
}

/// The panel's type and how it looks.
fn options(kind: Kind) -> (&'static str, Value) {
    match kind {
        Kind::Lines => (
            "timeseries",
            json!({
                "legend": {
                    "showLegend": true,
                    "displayMode": "table",
                    "placement": "bottom",
                    "calcs": ["lastNotNull", "max"],
                },
                "tooltip": { "mode": "multi", "sort": "desc" },
            }),
        ),
        Kind::Stat => (
            "stat",
            json!({
                "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
                "colorMode": "value",
                "graphMode": "area",
                "textMode": "auto",
            }),
        ),
        Kind::Table | Kind::Traces => ("table", json!({ "showHeader": true, "cellHeight": "sm" })),
        Kind::Logs => (
            "logs",
            json!({
                "showTime": true,
                "wrapLogMessage": true,
                "enableLogDetails": true,
                "sortOrder": "Descending",
                "dedupStrategy": "none",
            }),
        ),
        Kind::Graph => ("nodeGraph", json!({})),
    }
}

fn defaults(panel: &Panel) -> Value {
    let mut defaults = json!({
        "unit": panel.unit,
        "color": { "mode": if panel.kind == Kind::Stat { "thresholds" } else { "palette-classic" } },
        "thresholds": { "mode": "absolute", "steps": steps(&panel.steps) },
    });
    if let Some(query) = &panel.traces {
        defaults["links"] = links::line(query);
    }
    if panel.kind == Kind::Lines {
        let lines = if panel.steps.is_empty() { "off" } else { "dashed" };
        defaults["custom"] = json!({
            "drawStyle": "line",
            "lineWidth": 1,
            "fillOpacity": 8,
            "showPoints": "never",
            "thresholdsStyle": { "mode": lines },
        });
    }
    defaults
}

/// `red`, `0.25 orange`: the first holds from the beginning.
fn steps(steps: &[String]) -> Vec<Value> {
    if steps.is_empty() {
        return vec![json!({ "color": "green", "value": null })];
    }
    let step = |text: &String| match text.split_once(' ') {
        Some((value, color)) => json!({ "color": color, "value": value.parse::<f64>().ok() }),
        None => json!({ "color": text, "value": null }),
    };
    steps.iter().map(step).collect()
}

fn target(id: &str, panel: &Panel, query: &Query) -> Value {
    let mut target = json!({ "refId": id, "datasource": datasource(panel.source) });
    let more = match (panel.source, panel.kind) {
        (Source::Prometheus, Kind::Table) => {
            json!({ "expr": query.expr, "format": "table", "instant": true, "range": false })
        }
        (Source::Prometheus, _) => json!({
            "expr": query.expr,
            "legendFormat": query.legend,
            "range": true,
            "exemplar": panel.exemplars,
        }),
        (Source::Loki, _) => json!({
            "expr": query.expr,
            "legendFormat": query.legend,
            "queryType": "range",
        }),
        (Source::Tempo, Kind::Graph) => json!({ "queryType": "serviceMap" }),
        (Source::Tempo, _) => json!({
            "queryType": "traceql",
            "query": query.expr,
            "limit": 20,
            "tableType": "traces",
        }),
    };
    if let (Value::Object(target), Value::Object(more)) = (&mut target, more) {
        target.extend(more);
    }
    target
}

/// A table of alerts needs neither the time nor the value, which are the same in each row.
fn transformations(kind: Kind) -> Value {
    if kind != Kind::Table {
        return json!([]);
    }
    let hidden = ["Time", "Value", "__name__", "job", "instance", "alertstate"];
    let hidden: serde_json::Map<_, _> =
        hidden.iter().map(|name| ((*name).to_owned(), Value::Bool(true))).collect();
    json!([{ "id": "organize", "options": { "excludeByName": hidden } }])
}

fn variable(name: &str) -> Value {
    match name {
        "service" => json!({
            "name": name,
            "label": "Service",
            "type": "query",
            "datasource": datasource(Source::Loki),
            "query": { "type": 1, "label": "service_name", "stream": "", "refId": "service" },
            "refresh": 2,
            "includeAll": true,
            "allValue": ".+",
            "multi": true,
            "current": { "text": "All", "value": "$__all" },
        }),
        _ => json!({
            "name": name,
            "label": "Trace id",
            "type": "textbox",
            "query": "",
            "current": { "text": "", "value": "" },
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_begin_where_they_say() {
        let made = steps(&["red".to_owned(), "0.25 green".to_owned()]);
        assert_eq!(made[0], json!({ "color": "red", "value": null }));
        assert_eq!(made[1], json!({ "color": "green", "value": 0.25 }));
    }
}
