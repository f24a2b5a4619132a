//! Where most tests begin: two users who can talk.

use crate::stack::Stack;
use crate::user::User;

/// Two users who follow each other, and their direct thread, in both inboxes.
pub struct Pair {
    /// The one who opened the thread.
    pub ann: User,
    /// The other.
    pub bob: User,
    /// The thread's id.
    pub thread: String,
}

impl Pair {
    /// Makes two new users and their thread.
    pub async fn new(stack: &Stack) -> Self {
        let (ann, bob) = Self::strangers(stack).await;
        ann.follow(&bob).await;
        bob.follow(&ann).await;
        let thread = ann.open(&bob).await;
        Self { ann, bob, thread }
    }

    /// Makes two new users who have nothing to do with each other.
    pub async fn strangers(stack: &Stack) -> (User, User) {
        (stack.user("ann").await, stack.user("bob").await)
    }

    /// Makes two new users, the first of whom has written to the second, who has not answered: a request.
    pub async fn request(stack: &Stack) -> Self {
        let (ann, bob) = Self::strangers(stack).await;
        let thread = ann.open(&bob).await;
        Self { ann, bob, thread }
    }

    /// Every list that one of them can page through, ready for a parameter to be put behind it.
    #[must_use]
    pub fn lists(&self) -> [String; 6] {
        [
            "/threads?".to_owned(),
            "/me/following?".to_owned(),
            "/me/blocked?".to_owned(),
            "/users?username=ann&".to_owned(),
            self.path("/messages?"),
            self.path("/events?"),
        ]
    }

    /// The path of the thread, with `rest` behind it.
    #[must_use]
    pub fn path(&self, rest: &str) -> String {
        format!("/threads/{}{rest}", self.thread)
    }
}
