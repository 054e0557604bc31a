//! What became of the steps as `JUnit` XML, which Jenkins and others show: a case per step.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::Outcome;

/// Writes the report; the folder is made where there is none.
pub(super) fn write(outcomes: &[(&str, Outcome)], file: &Path) -> Result<()> {
    let context = || format!("could not write {}", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    report(outcomes).serialize(File::create(file).with_context(context)?).with_context(context)
}

fn report(outcomes: &[(&str, Outcome)]) -> Report {
    let mut suite = TestSuite::new("xtask test");
    suite.add_test_cases(outcomes.iter().map(|(name, outcome)| case(name, outcome)));
    let mut report = Report::new("xtask");
    report.add_test_suite(suite);
    report
}

fn case(name: &str, outcome: &Outcome) -> TestCase {
    let (status, time) = match outcome {
        Outcome::Passed(elapsed) => (TestCaseStatus::success(), Some(*elapsed)),
        Outcome::Failed(elapsed, reason) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(reason.as_str());
            (status, Some(*elapsed))
        }
        Outcome::NotRun => {
            let mut status = TestCaseStatus::skipped();
            status.set_message("an earlier step failed");
            (status, None)
        }
    };
    let mut case = TestCase::new(name, status);
    case.set_classname("xtask");
    if let Some(time) = time {
        case.set_time(time);
    }
    case
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_case_per_step_with_seconds_and_reason() {
        let outcomes = [
            ("lint", Outcome::Passed(Duration::from_millis(3140))),
            ("unit", Outcome::Failed(Duration::from_secs(12), "a < b & \u{1b}[31mred\u{0}".into())),
            ("end", Outcome::NotRun),
        ];
        let xml = report(&outcomes).to_string().unwrap();
        for wanted in [
            r#"tests="3" skipped="1" failures="1" errors="0""#,
            r#"<testcase name="lint" classname="xtask" time="3.140""#,
            r#"<failure message="a &lt; b &amp; red""#,
            r#"<skipped message="an earlier step failed""#,
        ] {
            assert!(xml.contains(wanted), "no {wanted} in {xml}");
        }
        assert!(!xml.contains('\u{0}') && !xml.contains('\u{1b}'), "{xml:?}");
    }

    #[test]
    fn the_report_s_folder_is_made() {
        let folder = std::env::temp_dir().join(format!("lab-junit-{}", std::process::id()));
        let file = folder.join("a/test.xml");
        write(&[("lint", Outcome::Passed(Duration::ZERO))], &file).unwrap();
        assert!(fs::read_to_string(&file).unwrap().starts_with("<?xml"));
        assert!(write(&[], Path::new("/proc/none/test.xml")).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
