//! Lists that shrink by whole pieces first. A failing case may have a hundred operations, and every try takes time: a few dozen
//! tries have to find the five operations that matter.

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

/// A list that is being shrunk: it first loses pieces, smaller and smaller ones, then its items get simpler.
#[derive(Debug)]
pub(super) struct Trimmed<T> {
    items: Vec<T>,
    /// The places of the items that are still in it.
    kept: Vec<usize>,
    /// How many items are taken out at a time; 0 once items get simpler.
    piece: usize,
    /// Where the next piece begins, or which item gets simpler next.
    at: usize,
    /// What was kept before the last try, if that try took a piece out.
    undo: Option<Vec<usize>>,
}

impl<T: ValueTree> ValueTree for Trimmed<T> {
    type Value = Vec<T::Value>;

    fn current(&self) -> Vec<T::Value> {
        self.kept.iter().map(|place| self.items[*place].current()).collect()
    }

    /// The last try failed too, so it is the new starting point.
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

    /// The last try passed, so it is undone. The list as it was is known to fail, so the next try follows at once.
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
