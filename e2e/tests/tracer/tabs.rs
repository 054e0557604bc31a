//! Many tabs while the intake is overloaded.

use std::time::Duration;

use e2e::intake::Manner;

use crate::Stage;

const TABS: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn four_tabs_do_not_storm_an_overloaded_intake() {
    let stage = Stage::set(&[]).await;
    stage.front.intake.set_manner(Manner::Refuses(503, None));
    for _ in 0..TABS {
        stage.browser.new_tab().await.unwrap();
        stage.browser.visit(&stage.front.url).await.unwrap();
    }
    let at_first = stage.front.intake.requests().len();
    tokio::time::sleep(Duration::from_secs(15)).await;
    let requests = stage.front.intake.requests();
    println!("{at_first} requests while the tabs opened, {} after 15 s more", requests.len());
    assert!(requests.iter().all(|request| request.status == 503));
    // Pauses of 1, 2, 4 and 8 seconds and more: a tab that is t seconds old has tried
    // log2(t + 1) + 1 times at the most. The tabs are less than 60 seconds old.
    assert!((TABS..=TABS * 6).contains(&requests.len()), "{}", requests.len());

    stage.front.intake.set_manner(Manner::Takes);
    stage
        .front
        .intake
        .until(|intake| (intake.named("documentLoad").len() == TABS).then_some(()))
        .await;
    assert!(stage.front.intake.taken().iter().all(|content| content.scope.attributes.is_empty()));
    stage.close().await;
}
