//! Who hangs below whom in a trace.

use std::collections::HashMap;

use crate::trace::Span;

/// The spans of a trace as a forest: indices into the slice that it was made of.
#[derive(Debug)]
pub(crate) struct Tree {
    /// Roots and orphans in the order of their start. Of a ring (only a faulty client
    /// sends one) the earliest stands here too, behind them, so that none is lost.
    pub(crate) tops: Vec<usize>,
    /// The children of each span in the order of their start.
    pub(crate) children: Vec<Vec<usize>>,
    /// Every span once, parents before their children.
    pub(crate) order: Vec<usize>,
}

impl Tree {
    pub(crate) fn of(spans: &[Span]) -> Self {
        let by_id: HashMap<&str, usize> =
            spans.iter().enumerate().map(|(at, span)| (span.span_id.as_str(), at)).collect();
        let mut by_start: Vec<usize> = (0..spans.len()).collect();
        by_start.sort_by_key(|at| spans[*at].start_time);

        let (mut tops, mut children) = (Vec::new(), vec![Vec::new(); spans.len()]);
        for at in &by_start {
            let parent = spans[*at].parent_span_id.as_deref().and_then(|id| by_id.get(id));
            match parent {
                Some(parent) => children[*parent].push(*at),
                None => tops.push(*at),
            }
        }
        let mut tree = Self { tops: Vec::new(), children, order: Vec::with_capacity(spans.len()) };
        let mut placed = vec![false; spans.len()];
        // Members of a ring hang on no top: whoever is left over starts anew.
        for top in tops.into_iter().chain(by_start) {
            if !placed[top] {
                tree.tops.push(top);
                tree.place(top, &mut placed);
            }
        }
        tree
    }

    fn place(&mut self, top: usize, placed: &mut [bool]) {
        placed[top] = true;
        let mut stack = vec![top];
        while let Some(at) = stack.pop() {
            self.order.push(at);
            self.children[at].retain(|child| !std::mem::replace(&mut placed[*child], true));
            stack.extend(self.children[at].iter().rev());
        }
    }
}
