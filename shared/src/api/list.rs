//! Lists.

use serde::Serialize;

use crate::store::{Cursor, Page};

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct ListView<T> {
    pub items: Vec<T>,
    /// The cursor of the next page; `null` on the last one.
    pub next_cursor: Option<String>,
}

impl<T> ListView<T> {
    /// The only page of a list that is never longer.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }

    /// A page of `list`. Where more follows, the cursor holds the `position` of its last item.
    #[must_use]
    pub fn page<I, P: Serialize>(
        list: &str,
        page: Page<I>,
        position: impl FnOnce(&I) -> P,
        view: impl FnMut(I) -> T,
    ) -> Self {
        let Page { items, more } = page;
        let end = items.last().filter(|_| more);
        let next_cursor = end.map(|end| Cursor::new(list, &position(end)).into_text());
        Self { items: items.into_iter().map(view).collect(), next_cursor }
    }
}
