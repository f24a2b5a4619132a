//! Lists that become shorter by whole pieces first: a case of a hundred operations, of which every try takes its time, has to
//! come down to the five that matter in some dozens of tries.

use std::ops::RangeInclusive;

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// Lists of what `one` makes.
pub(super) fn list<S: Strategy>(one: S, length: RangeInclusive<usize>) -> List<S> {
    List { one, length }
}

/// See [`list`].
#[derive(Debug)]
pub(super) struct List<S> {
    one: S,
    length: RangeInclusive<usize>,
}

impl<S: Strategy> Strategy for List<S> {
    type Tree = Trimmed<S::Tree>;
    type Value = Vec<S::Value>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let length = self.length.new_tree(runner)?.current();
        let items = (0..length).map(|_| self.one.new_tree(runner)).collect::<Result<Vec<_>, _>>()?;
        Ok(Trimmed { kept: (0..items.len()).collect(), piece: items.len().div_ceil(2), at: 0, undo: None, items })
    }
}

/// A list on its way to its shortest form: first it loses pieces, smaller and smaller ones, then its items get simpler.
#[derive(Debug)]
pub(super) struct Trimmed<T> {
    items: Vec<T>,
    /// Which of them are still in it.
    kept: Vec<usize>,
    /// How many are taken out at a time; none any more once items get simpler.
    piece: usize,
    /// Where the next piece begins, or which item gets simpler next.
    at: usize,
    /// What was kept before the last try, if that took a piece out.
    undo: Option<Vec<usize>>,
}

impl<T: ValueTree> ValueTree for Trimmed<T> {
    type Value = Vec<T::Value>;

    fn current(&self) -> Vec<T::Value> {
        self.kept.iter().map(|place| self.items[*place].current()).collect()
    }

    /// A try that fails as well is the new beginning.
    fn simplify(&mut self) -> bool {
        self.undo = None;
        while self.piece > 0 {
            if self.at < self.kept.len() {
                let end = (self.at + self.piece).min(self.kept.len());
                let before = self.kept.clone();
                self.kept.drain(self.at..end);
                self.undo = Some(before);
                return true;
            }
            (self.piece, self.at) = (self.piece / 2, 0);
        }
        while let Some(place) = self.kept.get(self.at) {
            if self.items[*place].simplify() {
                return true;
            }
            self.at += 1;
        }
        false
    }

    /// A try that passes is taken back, and the next one follows at once: that the list fails as it was is known.
    fn complicate(&mut self) -> bool {
        if let Some(before) = self.undo.take() {
            self.kept = before;
            self.at += self.piece;
            return self.simplify();
        }
        match self.kept.get(self.at) {
            Some(place) if self.items[*place].complicate() => true,
            Some(_) => {
                self.at += 1;
                self.simplify()
            }
            None => false,
        }
    }
}
