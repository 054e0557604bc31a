//! The SLO demo, played in little more than a minute.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use e2e::proxy::free_addresses;

/// Plays acts of these lengths; the exit code is the story's.
async fn play(acts: &str, expected: &[&str]) -> (Output, String) {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/debug/loadgen");
    let loadgen = std::env::var_os("LAB_LOADGEN_BIN").map_or_else(default, PathBuf::from);
    let [address, _] = free_addresses().unwrap();
    let mut stage = Command::new(env!("CARGO_BIN_EXE_slo-demo"));
    stage.arg(address.to_string()).arg(loadgen).args(["--acts", acts]);
    stage.args(expected.iter().flat_map(|alert| ["--expect", *alert]));
    let output = tokio::task::spawn_blocking(move || stage.output()).await.unwrap().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    (output, told)
}

/// Errors burn the budget until pages come, slowness until a ticket does, and the pages end.
#[tokio::test(flavor = "multi_thread")]
async fn the_demos_alerts_come_and_its_pages_end() {
    let burn = "AvailabilityErrorBudgetBurn (14.4 times)";
    let slow = "LatencyErrorBudgetBurn (1 times)";
    let expected = ["HighErrorRate", burn, slow];
    let (output, told) = play("5s,34s,18s,32s", &expected).await;
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}\n{complaints}");
    for act in ["1 of 4: healthy (5 s)", "2 of 4: error burst (34 s)", "4 of 4: recovery (32 s)"] {
        assert!(told.contains(act), "{act}: {told}");
    }
    for page in [expected[0], burn] {
        let fired = told.find(&format!("▲ PAGE {page}: ")).unwrap();
        assert!(told.find(&format!("▼ resolved {page}")).unwrap() > fired, "{told}");
    }
    assert!(told.contains(&format!("▲ TICKET {slow}: ")), "{told}");
}

/// Without its alerts the story has failed.
#[tokio::test(flavor = "multi_thread")]
async fn a_demo_without_its_alerts_says_so() {
    let (output, told) = play("2s,1s,1s,1s", &["HighErrorRate"]).await;
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("HighErrorRate: not told."), "{told}");
}
