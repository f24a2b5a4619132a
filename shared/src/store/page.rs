//! Pages of lists.

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Whether the list goes on behind the page.
    pub more: bool,
}

impl<T> Page<T> {
    /// A page of at most `limit` of `items`. One more than asked for shows that the list goes on, as does `more`.
    #[must_use]
    pub fn of(mut items: Vec<T>, limit: usize, more: bool) -> Self {
        let more = more || items.len() > limit;
        items.truncate(limit);
        Self { items, more }
    }
}
