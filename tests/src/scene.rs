//! Where most tests begin: people who can talk.

use futures_util::future::join_all;

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
    pub fn lists(&self) -> [String; 9] {
        [
            "/threads?".to_owned(),
            "/me/following?".to_owned(),
            "/me/blocked?".to_owned(),
            "/me/groups?".to_owned(),
            "/users?username=ann&".to_owned(),
            self.path("/messages?"),
            self.path("/messages/2/reactions?"),
            self.path("/events?"),
            self.path("/search?q=e&"),
        ]
    }

    /// The path of the thread, with `rest` behind it.
    #[must_use]
    pub fn path(&self, rest: &str) -> String {
        format!("/threads/{}{rest}", self.thread)
    }
}

/// Three users, the first of whom has made a group, which is in all inboxes: the others follow her.
pub struct Group {
    /// The one who made the group, and its moderator.
    pub ann: User,
    /// A member.
    pub bob: User,
    /// Another.
    pub carl: User,
    /// The thread's id.
    pub thread: String,
}

impl Group {
    /// Makes three new users and their group.
    pub async fn new(stack: &Stack) -> Self {
        let (ann, bob, carl) = (stack.user("ann").await, stack.user("bob").await, stack.user("carl").await);
        bob.follow(&ann).await;
        carl.follow(&ann).await;
        let thread = ann.create_group(&[&bob, &carl]).await;
        Self { ann, bob, carl, thread }
    }

    /// A new user who follows ann, and is in the group from now on.
    pub async fn join(&self, stack: &Stack, name: &str) -> User {
        let user = stack.user(name).await;
        user.follow(&self.ann).await;
        self.ann.add(&self.thread, &[&user]).await;
        user
    }

    /// The path of the thread, with `rest` behind it.
    #[must_use]
    pub fn path(&self, rest: &str) -> String {
        format!("/threads/{}{rest}", self.thread)
    }
}

/// So many new users who follow somebody, whose groups therefore come to their inboxes.
pub async fn followers(stack: &Stack, of: &User, count: usize) -> Vec<User> {
    let follower = async |number: usize| {
        let user = stack.user(&format!("f{number}")).await;
        user.follow(of).await;
        user
    };
    join_all((0..count).map(follower)).await
}
