//! The run over time: its rate and its errors, and its latency.

use std::time::Duration;

use super::chart::{Chart, Drawing, Legend, Line, Sheet, Tick, both};
use super::scale::{Scale, decade, decades, rounds, tenths, times};
use crate::report::Report;
use crate::report::text::ms;
use crate::schedule::Stage;
use crate::stats::Point;

/// What a letter of a stage's name takes, roughly.
const LETTER: f64 = 6.6;

/// How a line looks, and what it shows of a point.
type Course = (&'static str, fn(&Point) -> Duration);

/// Requests and errors per second.
pub(super) fn rate(report: &Report) -> Chart {
    let course = &report.run.course;
    let planned = report.stages.iter().map(|stage| stage.from.max(stage.to));
    let most = course.iter().map(|point| point.rate).chain(planned).fold(1.0, f64::max);
    let worst = course.iter().map(|point| point.bad).fold(0.0, f64::max);
    let rounds = rounds(most);
    let draw = |sheet: Sheet| {
        let mut drawing = over_time(report, sheet);
        let time = time(report, sheet);
        let y =
            Scale::new((0.0, rounds.last().copied().unwrap_or(1.0)), (sheet.bottom(), Sheet::TOP));
        drawing.y = ticks(&rounds, |value| y.at(value), |value| format!("{value}"));
        let line = |class, value: &dyn Fn(&Point) -> f64| {
            let place = |point: &Point| Some((time(point.at), y.at(value(point))));
            Line::through(class, course.iter().map(place))
        };
        let ends = course.first().zip(course.last());
        let (first, last) =
            ends.map_or((0.0, 0.0), |(first, last)| (time(first.at), time(last.at)));
        drawing.lines.push(planned_line(report, &time, &y));
        drawing.lines.push(line("rate", &|point| point.rate));
        let errors = line("errors", &|point| point.rate * point.bad);
        drawing.lines.push(errors.filled(first, last, sheet.bottom()));
        drawing
    };
    let mut legend = vec![
        Legend { class: "rate", name: "requests/s" },
        Legend { class: "errors", name: "errors/s" },
    ];
    if !report.stages.is_empty() {
        legend.push(Legend { class: "planned", name: "planned" });
    }
    Chart {
        id: "rate",
        title: "Rate and errors",
        description: format!(
            "{:.1} requests per second on average, {most:.1} at the most; in the worst moment \
             {:.1} % of them failed.",
            report.rate(),
            100.0 * worst,
        ),
        legend,
        drawings: both(draw),
    }
}

/// Latency and service time.
pub(super) fn latency(report: &Report) -> Chart {
    let threshold = report.objectives.threshold;
    let worst = report.run.course.iter().map(|point| point.p99).max().unwrap_or_default();
    let total = &report.run.stats.total;
    Chart {
        id: "latency",
        title: "Latency",
        description: format!(
            "p50 {}, p99 {} over the whole run, service time p99 {}; in the worst moment p99 was \
             {}. The objective's threshold is {}.",
            ms(total.latency.quantile(0.5)),
            ms(total.latency.quantile(0.99)),
            ms(total.service.quantile(0.99)),
            ms(worst),
            ms(threshold),
        ),
        legend: vec![
            Legend { class: "p99", name: "p99 from the intended time" },
            Legend { class: "service", name: "p99 of service time" },
            Legend { class: "p50", name: "p50 from the intended time" },
            Legend { class: "limit", name: "objective" },
        ],
        drawings: durations(
            report,
            threshold,
            &[
                ("p50", |point| point.p50),
                ("p99", |point| point.p99),
                ("service", |point| point.service_p99),
            ],
        ),
    }
}

/// How late the generator itself was.
pub(super) fn slip(report: &Report) -> Chart {
    let worst = report.run.course.iter().map(|point| point.slip_p99).max().unwrap_or_default();
    Chart {
        id: "slip",
        title: "Schedule slip",
        description: format!(
            "99 % of the requests were taken up within {}; in the worst moment within {}. Beyond \
             {} over the whole run the numbers are the generator's own.",
            ms(report.run.stats.slip.quantile(0.99)),
            ms(worst),
            ms(report.objectives.slip),
        ),
        legend: vec![
            Legend { class: "p99", name: "p99 of the generator's own lateness" },
            Legend { class: "limit", name: "what the verdict allows" },
        ],
        drawings: durations(report, report.objectives.slip, &[("p99", |point| point.slip_p99)]),
    }
}

/// Lines of durations over time, in steps of ten, and a limit.
fn durations(report: &Report, limit: Duration, lines: &[Course]) -> [Drawing; 2] {
    let course = &report.run.course;
    let in_ms = |duration: Duration| duration.as_secs_f64() * 1e3;
    let values = || lines.iter().flat_map(|(_, value)| course.iter().map(value));
    let min = values().filter(|value| !value.is_zero()).min().unwrap_or(limit);
    let max = values().max().unwrap_or_default().max(limit);
    let (low, high) = decades(in_ms(min), in_ms(max));
    both(|sheet: Sheet| {
        let mut drawing = over_time(report, sheet);
        let time = time(report, sheet);
        let y = Scale::new((low, high), (sheet.bottom(), Sheet::TOP));
        let at = |duration| y.at(in_ms(duration).max(1e-3).log10());
        drawing.y = ticks(&powers(low, high), |power| y.at(power), decade);
        let ends = [Some((Sheet::LEFT, at(limit))), Some((sheet.right(), at(limit)))];
        drawing.lines.push(Line::through("limit", ends.into_iter()));
        drawing.lines.extend(lines.iter().map(|(class, value)| {
            // A second without requests has no latency.
            let place =
                |point: &Point| (point.rate > 0.0).then(|| (time(point.at), at(value(point))));
            Line::through(class, course.iter().map(place))
        }));
        drawing
    })
}

/// Whole powers of ten.
pub(super) fn powers(low: f64, high: f64) -> Vec<f64> {
    let mut powers = vec![low];
    while powers.last().is_some_and(|last| *last + 0.5 < high) {
        powers.push(powers.last().copied().unwrap_or_default() + 1.0);
    }
    powers
}

/// The places and names of values.
pub(super) fn ticks(
    values: &[f64],
    place: impl Fn(f64) -> f64,
    name: impl Fn(f64) -> String,
) -> Vec<Tick> {
    values.iter().map(|value| Tick { at: place(*value), label: name(*value) }).collect()
}

fn time(report: &Report, sheet: Sheet) -> impl Fn(Duration) -> f64 {
    let scale = Scale::new((0.0, report.run.duration.as_secs_f64()), (Sheet::LEFT, sheet.right()));
    move |at| scale.at(at.as_secs_f64())
}

/// A drawing with its time axis and its stages.
fn over_time(report: &Report, sheet: Sheet) -> Drawing {
    let mut drawing = Drawing::new(sheet);
    let time = time(report, sheet);
    let length = report.run.duration;
    drawing.x = times(length, if sheet.is_narrow() { 4 } else { 8 })
        .into_iter()
        .map(|(at, label)| Tick { at: time(at), label })
        .collect();
    if report.stages.len() > 1 {
        let mut begin = Duration::ZERO;
        for stage in report.stages.iter() {
            let end = begin + stage.duration;
            if begin < length {
                let label = fitting(&stage.name, time(end) - time(begin));
                drawing.marks.push(Tick { at: time(begin), label });
            }
            begin = end;
        }
    }
    drawing
}

/// As much of a name as there is room for.
fn fitting(name: &str, width: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of letters"
    )]
    let room = ((width - 6.0) / LETTER).max(0.0) as usize;
    if name.chars().count() <= room {
        name.to_owned()
    } else if room < 4 {
        String::new()
    } else {
        name.chars().take(room - 1).chain(['…']).collect()
    }
}

/// The rate that the stages ask for, as far as the run came.
fn planned_line(report: &Report, time: &impl Fn(Duration) -> f64, y: &Scale) -> Line {
    let mut begin = Duration::ZERO;
    let mut places = Vec::new();
    for Stage { from, to, duration, .. } in report.stages.iter() {
        let left = report.run.duration.saturating_sub(begin).min(*duration);
        if left.is_zero() {
            break;
        }
        let share = left.as_secs_f64() / duration.as_secs_f64().max(1e-9);
        let reached = (to - from).mul_add(share, *from);
        places.push(Some((time(begin), y.at(*from))));
        places.push(Some((tenths(time(begin + left)), y.at(reached))));
        begin += *duration;
    }
    Line::through("planned", places.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_take_the_room_that_there_is() {
        assert_eq!(fitting("error burst", 100.0), "error burst");
        assert_eq!(fitting("error burst", 60.0), "error b…");
        assert_eq!(fitting("error burst", 20.0), "");
    }

    #[test]
    fn powers_end_where_the_scale_does() {
        assert_eq!(powers(-1.0, 2.0), [-1.0, 0.0, 1.0, 2.0]);
    }
}
