//! A report to test with: a minute in three stages, of which the second fails.

use std::sync::Arc;
use std::time::Duration;

use super::Report;
use crate::cleanup::Cleaned;
use crate::engine::{Run, Size};
use crate::observation::{Observation, Outcome};
use crate::persona::Persona;
use crate::schedule::{Faults, Stage};
use crate::stats::{Series, Stats};
use crate::trace::mix;
use crate::verdict::{Judgement, Objectives};
use crate::verify::Completeness;

const SECOND: Duration = Duration::from_secs(1);

/// The same at every call.
pub(crate) fn report() -> Report {
    let third = Duration::from_secs(20);
    let failing = Faults { errors: 0.2, ..Faults::default() };
    let stages: Arc<[Stage]> = [
        Stage { from: 10.0, ..Stage::steady("ramp-up", 60.0, third) },
        Stage { faults: failing, ..Stage::steady("error burst", 60.0, third) },
        Stage::steady("<recovery>", 60.0, third),
    ]
    .into();
    let mut series = Series::new(3 * third);
    let mut stats = Stats::default();
    for second in 0..60u32 {
        let recent = second_of(second);
        let stage = usize::try_from(second / 20).unwrap();
        series.add((second + 1) * SECOND, stage, &recent);
        stats.merge(&recent);
    }
    let objectives = Objectives::default();
    Report {
        target: "http://127.0.0.1:8080".to_owned(),
        mode: "run",
        seed: 7,
        size: Size { threads: 1, connections: 64 },
        objectives,
        judgement: Judgement::of(&stats, &objectives),
        exit_code: 2,
        stages,
        run: Run { duration: 60 * SECOND, stats, course: series.finish(60 * SECOND, 2), end: None },
        cleaned: Cleaned { deleted: 12, left: 0, unknown: 0 },
        completeness: Some(Completeness {
            checked: 10,
            complete: 9,
            missing: vec![(42, "everything")],
        }),
        spans_dropped: 0,
    }
}

/// What was measured in that second.
pub(crate) fn second_of(second: u32) -> Stats {
    let mut stats = Stats::default();
    let count = if second < 20 { 10 + 5 * second / 2 } else { 60 };
    for number in 0..count {
        let dice = mix(u64::from(second * 100 + number));
        let fails = second / 20 == 1 && dice.is_multiple_of(5);
        let ms = if dice.is_multiple_of(97) { 700 } else { 2 + dice % 9 };
        let latency = Duration::from_millis(ms);
        let place = |of: u64| u8::try_from(dice / 11 % of).unwrap();
        stats.record(
            &Observation {
                endpoint: if fails { 6 } else { place(6) },
                persona: Some(Persona { region: place(9), device: place(4), network: 0 }),
                outcome: Outcome::Status(if fails { 500 } else { 200 }),
                is_injected: fails,
                is_unexpected: false,
                latency,
                service: latency.min(Duration::from_millis(12)),
                experienced: latency + Duration::from_millis(20 * u64::from(place(9))),
                slip: Duration::from_micros(dice % 200),
                trace_id: Some(u128::from(dice)),
            },
            Duration::from_millis(500),
        );
    }
    stats
}
