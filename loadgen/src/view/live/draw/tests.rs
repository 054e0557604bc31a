use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::report::Report;
use crate::report::sample;
use crate::stats::{Stats, series};

/// The sample's forty-first second, on a screen of this size.
fn screen(width: u16, height: u16, report: &Report) -> Vec<String> {
    let recent =
        if report.run.stats.requests() > 0 { sample::second_of(39) } else { Stats::default() };
    let at = Duration::from_secs(40);
    let tick = Tick {
        at,
        point: series::point(at, Duration::from_secs(1), 1, &recent),
        recent: &recent,
        total: &report.run.stats,
        course: report.run.course.get(..40).unwrap_or_default(),
        stage: 1,
    };
    let outline = Outline {
        target: report.target.clone(),
        mode: report.mode,
        length: Some(Duration::from_mins(1)),
        stages: report.stages.clone(),
    };
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let failed = report.run.stats.exemplars.failed.iter().take(3).copied().collect();
    terminal.draw(|frame| draw(frame, &outline, &tick, &failed)).unwrap();
    let buffer = terminal.backend().buffer();
    let rows = buffer.content().chunks(usize::from(width));
    rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>())
        .map(|row| row.trim_end().to_owned())
        .collect()
}

fn snapshot(width: u16, height: u16, expected: &str) {
    let shown = screen(width, height, &sample::report()).join("\n");
    assert!(shown.trim_end() == expected.trim_end(), "{shown}");
}

#[test]
fn a_small_terminal_holds_what_matters() {
    snapshot(80, 24, include_str!("80x24.txt"));
}

#[test]
fn a_large_terminal_holds_everything() {
    snapshot(120, 40, include_str!("120x40.txt"));
}

#[test]
fn no_size_is_too_small() {
    let report = sample::report();
    for (width, height) in [(20, 5), (1, 1), (80, 3), (5, 40), (300, 100)] {
        let lines = screen(width, height, &report);
        assert_eq!(lines.len(), usize::from(height));
    }
    assert_eq!(screen(40, 5, &report)[0], "error burst  0:40 of 1:00");
}

#[test]
fn nothing_measured_is_no_figure() {
    let mut report = sample::report();
    report.run.stats = Stats::default();
    report.run.course = Vec::new();
    let shown = screen(80, 24, &report).join("\n");
    assert!(shown.contains("last second              –"), "{shown}");
    assert!(!shown.contains("region") && !shown.contains("failed traces"), "{shown}");
}
