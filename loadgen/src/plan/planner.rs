//! Draws steps: sessions take turns, each at its own pace.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::script::{self, Script};
use super::{Action, Malformed, Step};
use crate::persona::{Persona, diurnal};
use crate::scenario::{Cycles, Day, Scenario};
use crate::schedule::{Arrivals, Faults};

/// Simulated time after which the regions' clocks are looked at again.
const CLOCK_SECONDS: f64 = 300.0;

/// Draws the next step whenever it is asked. Memory grows with the sessions that pause at
/// one time, about the rate times the mean pause.
#[derive(Debug)]
pub struct Planner {
    scenario: Arc<Scenario>,
    rng: ChaCha8Rng,
    sessions: BinaryHeap<Session>,
    steps: u64,
    /// The number of the next session, and how far it is from the one after it.
    next_session: (u64, u64),
    clocks: Option<Clocks>,
    cycles: Option<CyclesLeft>,
}

/// A session that pauses.
#[derive(Debug)]
struct Session {
    /// When its next request is due.
    due: Duration,
    /// When its last request is sent.
    sent: Duration,
    number: u64,
    persona: Persona,
    script: Script,
}

/// The earliest first: [`BinaryHeap`] yields the greatest.
impl Ord for Session {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.due, other.number).cmp(&(self.due, self.number))
    }
}

impl PartialOrd for Session {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Session {}

#[derive(Debug)]
struct Clocks {
    day: Day,
    zones: Vec<TimeZone>,
    activity: Vec<f64>,
    /// The simulated second at which they were looked at.
    looked: f64,
}

#[derive(Debug)]
struct CyclesLeft {
    begun: u32,
    count: u32,
    /// Malformed requests by the number of their cycle.
    malformed: BTreeMap<u32, u32>,
}

impl Planner {
    /// The whole plan.
    #[must_use]
    pub fn new(scenario: Arc<Scenario>) -> Self {
        Self::share(scenario, 0, 1)
    }

    /// The `at`th of `of` plans that share no session: for those who draw steps
    /// independently of each other.
    #[must_use]
    pub fn share(scenario: Arc<Scenario>, at: u64, of: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(scenario.seed);
        rng.set_stream(at);
        let clocks = scenario.day.map(|day| Clocks {
            day,
            zones: diurnal::zones(),
            activity: Vec::new(),
            looked: f64::NEG_INFINITY,
        });
        let cycles = scenario.cycles.map(|cycles| CyclesLeft::draw(cycles, &mut rng));
        Self {
            scenario,
            rng,
            sessions: BinaryHeap::new(),
            steps: at,
            next_session: (at, of),
            clocks,
            cycles,
        }
    }

    /// The request that is made at `at`; none when all cycles are over. `at` never
    /// decreases from call to call.
    pub fn step(&mut self, at: Duration, stage: usize) -> Option<Step> {
        let faults = self.scenario.stages.get(stage).map(|stage| stage.faults).unwrap_or_default();
        let mut session = match self.sessions.peek() {
            Some(earliest) if earliest.due <= at => self.sessions.pop()?,
            _ => self.begin(at)?,
        };
        let persona = session.persona;
        let action = self.fault(&faults).or_else(|| session.script.pop())?;
        let uplink = self.scenario.population.path(persona, &mut self.rng);
        let step = Step {
            number: self.steps,
            at,
            // Nothing overtakes on one person's connection.
            uplink: uplink.max(session.sent.saturating_sub(at)),
            downlink: self.scenario.population.path(persona, &mut self.rng),
            stage,
            session: session.number,
            is_last: session.script.is_empty(),
            persona,
            action,
        };
        self.steps += self.next_session.1;
        if !step.is_last {
            session.sent = step.due();
            session.due = at + self.scenario.behaviour.think(self.rng.random());
            self.sessions.push(session);
        }
        Some(step)
    }

    /// A session begins.
    fn begin(&mut self, at: Duration) -> Option<Session> {
        let activity = self.clocks.as_mut().map(|clocks| clocks.activity(at));
        let persona = self.scenario.population.draw(&mut self.rng, activity);
        let script = match &mut self.cycles {
            Some(cycles) => cycles.next(&mut self.rng)?,
            None if persona.device() == "sensor-node" => {
                script::sensor(&self.scenario.behaviour, &mut self.rng)
            }
            None => script::person(&self.scenario.behaviour, &mut self.rng),
        };
        let number = self.next_session.0;
        self.next_session.0 += self.next_session.1;
        Some(Session { due: at, sent: Duration::ZERO, number, persona, script })
    }

    /// What goes wrong in place of the session's own next request.
    fn fault(&mut self, faults: &Faults) -> Option<Action> {
        let share = faults.errors + faults.slow + faults.malformed;
        if share <= 0.0 {
            return None;
        }
        let unit = self.rng.random::<f64>();
        if unit < faults.errors {
            Some(Action::Fail)
        } else if unit < faults.errors + faults.slow {
            Some(Action::Slow(faults.slow_for))
        } else if unit < share {
            Some(malformed(&mut self.rng))
        } else {
            None
        }
    }
}

impl Clocks {
    fn activity(&mut self, at: Duration) -> &[f64] {
        let seconds = at.as_secs_f64() * self.day.scale;
        if seconds - self.looked >= CLOCK_SECONDS {
            self.looked = seconds;
            self.activity = diurnal::local_hours(&self.zones, self.day.moment(at))
                .into_iter()
                .map(diurnal::activity)
                .collect();
        }
        &self.activity
    }
}

impl CyclesLeft {
    fn draw(cycles: Cycles, rng: &mut ChaCha8Rng) -> Self {
        let mut malformed = BTreeMap::new();
        for _ in 0..cycles.malformed {
            *malformed.entry(rng.random_range(0..cycles.count.max(1))).or_insert(0) += 1;
        }
        Self { begun: 0, count: cycles.count, malformed }
    }

    fn next(&mut self, rng: &mut ChaCha8Rng) -> Option<Script> {
        if self.begun == self.count {
            return None;
        }
        let mut script = script::cycle();
        for _ in 0..self.malformed.remove(&self.begun).unwrap_or(0) {
            script.insert(rng.random_range(1..script.len()), malformed(rng));
        }
        self.begun += 1;
        Some(script)
    }
}

fn malformed(rng: &mut ChaCha8Rng) -> Action {
    Action::Malformed(Malformed::ALL[rng.random_range(0..Malformed::ALL.len())])
}

/// The steps of an open model: one at each arrival.
#[derive(Debug)]
pub struct OpenPlan {
    arrivals: Arrivals,
    planner: Planner,
}

impl OpenPlan {
    /// The plan of a scenario.
    #[must_use]
    pub fn new(scenario: &Arc<Scenario>) -> Self {
        Self {
            arrivals: Arrivals::new(Arc::clone(&scenario.stages)),
            planner: Planner::new(Arc::clone(scenario)),
        }
    }
}

impl Iterator for OpenPlan {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let arrival = self.arrivals.next()?;
        self.planner.step(arrival.at, arrival.stage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::persona::population::Population;
    use crate::scenario::Behaviour;
    use crate::schedule::Stage;
    use crate::schedule::pacer::BySendTime;

    fn scenario(seed: u64, stages: Vec<Stage>) -> Arc<Scenario> {
        Arc::new(Scenario {
            mode: "run",
            seed,
            population: Population::default(),
            behaviour: Behaviour::default(),
            stages: stages.into(),
            day: None,
            cycles: None,
        })
    }

    fn minute(rate: f64) -> Stage {
        Stage::steady("", rate, Duration::from_mins(1))
    }

    #[test]
    fn a_seed_replays_identically() {
        let faults = Faults { errors: 0.1, malformed: 0.1, ..Faults::default() };
        let stages = vec![Stage { faults, ..minute(50.0) }];
        let plan = |seed| OpenPlan::new(&scenario(seed, stages.clone())).collect::<Vec<_>>();
        let first = plan(7);
        assert_eq!(first.len(), 3_000);
        assert_eq!(first, plan(7));
        assert_ne!(first, plan(8));
    }

    #[test]
    fn faults_come_at_their_rates_and_the_sessions_go_on() {
        let faults =
            Faults { errors: 0.2, slow: 0.05, slow_for: Duration::from_secs(1), malformed: 0.02 };
        let steps: Vec<_> =
            OpenPlan::new(&scenario(1, vec![Stage { faults, ..minute(200.0) }])).collect();
        let count =
            |wanted: fn(Action) -> bool| steps.iter().filter(|step| wanted(step.action)).count();
        assert!((2_200..2_600).contains(&count(|action| action == Action::Fail)));
        assert!((500..700).contains(&count(|action| matches!(action, Action::Slow(_)))));
        assert!((180..300).contains(&count(|action| matches!(action, Action::Malformed(_)))));
        assert!(count(|action| action == Action::Create) > 1_000);
    }

    #[test]
    fn a_session_pauses_between_its_requests() {
        let steps: Vec<_> = OpenPlan::new(&scenario(1, vec![minute(100.0)])).collect();
        let mut last: BTreeMap<u64, Duration> = BTreeMap::new();
        for step in steps {
            if let Some(before) = last.insert(step.session, step.at) {
                assert!(step.at.saturating_sub(before) >= Duration::from_millis(300), "{step:?}");
            }
        }
    }

    #[test]
    fn cycles_follow_each_other_and_end() {
        let mut cycles = (*scenario(4, vec![minute(100.0)])).clone();
        cycles.behaviour.think_ms = 0.0;
        cycles.cycles = Some(Cycles { count: 20, malformed: 3 });
        let steps: Vec<_> = OpenPlan::new(&Arc::new(cycles)).collect();
        assert_eq!(steps.len(), 20 * 7 + 3);
        assert!(steps.windows(2).all(|two| two[0].session <= two[1].session));
        let bad = steps.iter().filter(|step| matches!(step.action, Action::Malformed(_)));
        assert_eq!(bad.count(), 3);
    }

    #[test]
    fn no_network_changes_a_sessions_order() {
        let mut cycles = (*scenario(4, vec![minute(50.0)])).clone();
        cycles.behaviour.think_ms = 0.0;
        cycles.cycles = Some(Cycles { count: 200, malformed: 3 });
        let mut last: BTreeMap<u64, Step> = BTreeMap::new();
        let mut overtaken = 0;
        let mut greatest = 0;
        for step in BySendTime::new(OpenPlan::new(&Arc::new(cycles))) {
            overtaken += u32::from(step.number < greatest);
            greatest = greatest.max(step.number);
            if let Some(before) = last.insert(step.session, step) {
                assert!(before.number < step.number && !before.is_last, "{before:?} {step:?}");
            }
        }
        assert!(last.values().all(|step| step.is_last));
        assert!(overtaken > 0, "other sessions' requests overtake");
    }

    #[test]
    fn shares_have_no_session_in_common() {
        let scenario = scenario(1, vec![minute(1.0)]);
        let sessions = |at| {
            let mut planner = Planner::share(Arc::clone(&scenario), at, 2);
            let steps = (0..100).filter_map(|_| planner.step(Duration::ZERO, 0));
            steps.map(|step| step.session % 2).collect::<Vec<_>>()
        };
        assert_eq!(sessions(0), [0; 100]);
        assert_eq!(sessions(1), [1; 100]);
    }

    #[test]
    fn at_night_few_come() {
        let mut day = (*scenario(1, vec![minute(100.0)])).clone();
        // 3 o'clock in Berlin.
        let start = "2026-01-15T02:00:00Z".parse().unwrap();
        day.day = Some(Day { start, scale: 1.0 });
        let steps: Vec<_> = OpenPlan::new(&Arc::new(day)).collect();
        let from =
            |region: &str| steps.iter().filter(|step| step.persona.region() == region).count();
        // 16 % of the weight there, 8 % in Hong Kong, where it is 10 o'clock.
        assert!(2 * from("eu-central-1") < from("asia-east-1"));
    }
}
