//! Pages of lists.

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Whether the list continues behind the page.
    pub more: bool,
}

impl<T> Page<T> {
    /// A page of the first `limit` of `items`. The list continues if there are more items, or if `more` says so.
    #[must_use]
    pub fn of(mut items: Vec<T>, limit: usize, more: bool) -> Self {
        let more = more || items.len() > limit;
        items.truncate(limit);
        Self { items, more }
    }
}
