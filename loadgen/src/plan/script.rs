//! What a session does, drawn when it begins.

use rand::{Rng, RngExt};

use super::Action;
use crate::scenario::Behaviour;

/// A session's remaining actions, the next one last.
pub type Script = Vec<Action>;

/// A person: looks, then works on a few tasks, and may leave at any step.
pub fn person(behaviour: &Behaviour, rng: &mut impl Rng) -> Script {
    let mut actions = Vec::with_capacity(16);
    let likely = |share: f64, rng: &mut dyn FnMut() -> f64| rng() < share;
    let mut unit = || rng.random::<f64>();
    if likely(behaviour.report, &mut unit) {
        actions.push(Action::Report);
    }
    actions.push(Action::List);
    let tasks = 1 + rng.random_range(0..behaviour.tasks_max);
    for _ in 0..tasks {
        let mut unit = || rng.random::<f64>();
        actions.extend([Action::Create, Action::Get]);
        if likely(behaviour.edit, &mut unit) {
            actions.push(Action::Edit);
        }
        if likely(behaviour.complete, &mut unit) {
            actions.push(Action::Complete);
        }
        actions.push(if likely(0.5, &mut unit) { Action::List } else { Action::ListPending });
        if likely(behaviour.delete, &mut unit) {
            actions.push(Action::Delete);
        }
    }
    leave(actions, behaviour, rng)
}

/// A device without a person: reports and writes, never looks.
pub fn sensor(behaviour: &Behaviour, rng: &mut impl Rng) -> Script {
    let mut actions = vec![Action::Report, Action::Create];
    if rng.random::<f64>() < behaviour.delete {
        actions.push(Action::Delete);
    }
    leave(actions, behaviour, rng)
}

/// Everything once, as the original suite's cycles did.
#[must_use]
pub fn cycle() -> Script {
    let mut actions = vec![
        Action::Report,
        Action::List,
        Action::Create,
        Action::Get,
        Action::Complete,
        Action::List,
        Action::Delete,
    ];
    actions.reverse();
    actions
}

/// Cuts the script where the person leaves, and turns it around.
fn leave(mut actions: Script, behaviour: &Behaviour, rng: &mut impl Rng) -> Script {
    let left = (1..actions.len()).find(|_| rng.random::<f64>() < behaviour.abandon);
    if let Some(left) = left {
        actions.truncate(left);
    }
    actions.reverse();
    actions
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn a_task_is_created_before_it_is_worked_on() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        for _ in 0..1_000 {
            let mut script = person(&Behaviour::default(), &mut rng);
            let mut has_task = false;
            while let Some(action) = script.pop() {
                has_task |= action == Action::Create;
                assert!(has_task || !action.needs_task(), "{action:?}");
                has_task &= action != Action::Delete;
            }
        }
    }

    #[test]
    fn people_leave() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let hasty = Behaviour { abandon: 1.0, ..Behaviour::default() };
        assert!((0..100).all(|_| person(&hasty, &mut rng).len() == 1));
        let patient = Behaviour { abandon: 0.0, delete: 1.0, ..Behaviour::default() };
        assert!((0..100).all(|_| person(&patient, &mut rng)[0] == Action::Delete));
    }
}
