//! Which traces are recorded.

use e2e::front::Passed;
use serde_json::json;

use crate::Stage;

/// The requests of clicks that went on to the lab, by their `traceparent`s.
fn traceparents(passed: &[Passed]) -> Vec<String> {
    let creates = passed.iter().filter(|passed| passed.call == "POST /api/tasks");
    creates.map(|passed| passed.traceparent.clone().unwrap()).collect()
}

/// What OpenTelemetry's `TraceIdRatioBased` decides at one half.
fn is_in_lower_half(traceparent: &str) -> bool {
    let trace_id = traceparent.split('-').nth(1).unwrap();
    u64::from_str_radix(&trace_id[16..], 16).unwrap() >> 1 < 1 << 62
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_is_not_sampled_travels_and_exports_nothing() {
    let sampler = [("OTEL_TRACES_SAMPLER", "parentbased_always_off")];
    let stage = Stage::set(&sampler).await;
    stage.browser.open(&stage.front.url).await.unwrap();
    stage.add("Unseen").await;
    stage.browser.find(".task").await.unwrap();
    // An error is told whatever was decided, and comes after whatever else would.
    stage.run_own("Promise.reject(new Error('told'))").await;
    let error = stage.front.intake.event("exception").await;
    assert_eq!(error.flags, 0);
    stage.browser.leave().await.unwrap();

    let [traceparent] = &traceparents(&stage.front.passed())[..] else { panic!("one click") };
    assert!(traceparent.ends_with("-00"), "{traceparent}");
    assert!(stage.front.intake.spans().is_empty());
    let names: Vec<_> =
        stage.front.intake.logs().into_iter().map(|record| record.event_name).collect();
    assert_eq!(names, ["exception"]);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ratio_decides_by_the_trace_id_and_the_server_agrees() {
    let sampler =
        [("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0.5")];
    let stage = Stage::set(&sampler).await;
    stage.browser.open(&stage.front.url).await.unwrap();
    let meta = "return document.querySelector('meta[name=trace-sample-ratio]').content";
    assert_eq!(stage.browser.run(meta).await.unwrap(), json!("0.5"));
    for count in 1..=12 {
        stage.add("Perhaps").await;
        stage.browser.find(&format!(".task:nth-of-type({count})")).await.unwrap();
        // The row is there before the answer, until which the form takes no other click.
        stage.browser.find("#task-form[aria-busy=false]").await.unwrap();
    }
    let traceparents = traceparents(&stage.front.passed());
    assert_eq!(traceparents.len(), 12);
    let mut recorded = Vec::new();
    for traceparent in &traceparents {
        let flag = if is_in_lower_half(traceparent) { "-01" } else { "-00" };
        assert!(traceparent.ends_with(flag), "{traceparent}");
        if flag == "-01" {
            recorded.push(traceparent.split('-').nth(1).unwrap());
        }
    }
    stage.browser.leave().await.unwrap();
    let clicks = stage
        .front
        .intake
        .until(|intake| {
            let clicks = intake.named("click add-task");
            (clicks.len() >= recorded.len()).then_some(clicks)
        })
        .await;
    let clicks: Vec<_> = clicks.iter().map(|click| e2e::intake::hex(&click.trace_id)).collect();
    assert_eq!(clicks, recorded);
    stage.close().await;
}
