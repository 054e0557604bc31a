//! What steps cannot do without: the stack's programs, and what earlier steps brought about.

/// Something that a step needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    Frontend,
    Backend,
    Collector,
    Tempo,
    Loki,
    Prometheus,
    Alertmanager,
    Grafana,
    /// The click's trace.
    Click,
    /// The synthetic traffic.
    Traffic,
}

impl Need {
    /// The data source of a dashboard's query, by its uid.
    pub(crate) fn source(uid: Option<&str>) -> Self {
        match uid {
            Some("loki") => Self::Loki,
            Some("tempo") => Self::Tempo,
            _ => Self::Prometheus,
        }
    }

    /// As compose.yaml calls it, or in words.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Frontend => "frontend",
            Self::Backend => "backend",
            Self::Collector => "otel-collector",
            Self::Tempo => "tempo",
            Self::Loki => "loki",
            Self::Prometheus => "prometheus",
            Self::Alertmanager => "alertmanager",
            Self::Grafana => "grafana",
            Self::Click => "the click",
            Self::Traffic => "the traffic",
        }
    }
}
