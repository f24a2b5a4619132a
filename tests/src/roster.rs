//! Who is in a group, told from its log alone. Rules 9 and 10 are demanded of every entry: 1–15 members, and where nobody is
//! left who moderates, the very next entry makes the longest-standing member moderator.

use crate::shape;
use crate::user::User;
use serde_json::Value;

/// The most members a group may have.
pub const LARGEST: usize = 15;

/// The members as the log leaves them.
#[derive(Debug, Default)]
pub struct Roster {
    places: Vec<Place>,
    /// Who has just ceased to be a moderator and is still a member: no heir of their own.
    demoted: Option<String>,
}

#[derive(Debug)]
struct Place {
    user_id: String,
    since: u64,
    moderates: bool,
}

/// Replays the log of somebody who was there from the first entry on, and demands that it agrees with the members listed.
pub async fn check(user: &User, thread: &str) -> Roster {
    let roster = Roster::replay(&user.events(thread).await);
    let members = user.members(thread).await;
    members.iter().for_each(shape::member);
    let listed = |moderates: bool| {
        let wanted = move |member: &&Value| !moderates || member["role"] == "moderator";
        sorted(members.iter().filter(wanted).map(|member| text(&member["user"]["id"])))
    };
    assert_eq!((roster.members(), roster.moderators()), (listed(false), listed(true)), "the log and the list differ");
    roster
}

impl Roster {
    /// Follows a whole log, oldest entry first.
    #[track_caller]
    #[must_use]
    pub fn replay(events: &[Value]) -> Self {
        let mut roster = Self::default();
        for (event, seq) in events.iter().zip(1..) {
            shape::event(event);
            assert_eq!(event["seq"], seq, "the log has a hole before {event}");
            if seq > 1 && !roster.is_moderated() {
                roster.assert_inherits(event);
            }
            roster.apply(event, seq);
            assert!((1..=LARGEST).contains(&roster.places.len()), "{} members after {event}", roster.places.len());
        }
        assert!(roster.is_moderated(), "the log ends with nobody who moderates");
        roster
    }

    /// The ids of the members, in order.
    #[must_use]
    pub fn members(&self) -> Vec<String> {
        sorted(self.places.iter().map(|place| place.user_id.clone()))
    }

    /// The ids of the moderators, in order.
    #[must_use]
    pub fn moderators(&self) -> Vec<String> {
        sorted(self.places.iter().filter(|place| place.moderates).map(|place| place.user_id.clone()))
    }

    fn is_moderated(&self) -> bool {
        self.places.iter().any(|place| place.moderates)
    }

    #[track_caller]
    fn assert_inherits(&self, event: &Value) {
        let others = self.places.iter().filter(|place| Some(&place.user_id) != self.demoted.as_ref());
        let oldest = others.clone().map(|place| place.since).min().expect("there is somebody to inherit");
        let heir = others.filter(|place| place.since == oldest).find(|place| event["data"]["user_id"] == place.user_id);
        assert!(
            event["type"] == "member.role_changed" && event["data"]["role"] == "moderator" && heir.is_some(),
            "nobody moderates {self:?}, and then comes {event}"
        );
    }

    #[track_caller]
    fn apply(&mut self, event: &Value, seq: u64) {
        let (data, mut demoted) = (&event["data"], None);
        match event["type"].as_str().expect("an event has a type") {
            "thread.created" | "member.added" => {
                for id in data["user_ids"].as_array().expect("an event that adds names users") {
                    assert!(self.find(id).is_none(), "somebody comes who is there already: {event}");
                    let moderates = seq == 1 && *id == event["actor_id"];
                    self.places.push(Place { user_id: text(id), since: seq, moderates });
                }
            }
            "member.left" | "member.removed" => {
                let place = self.find(&data["user_id"]).unwrap_or_else(|| panic!("who goes was not there: {event}"));
                self.places.remove(place);
            }
            "member.role_changed" => {
                let place = self.find(&data["user_id"]).unwrap_or_else(|| panic!("nobody with a role: {event}"));
                let place = &mut self.places[place];
                assert_ne!(place.moderates, data["role"] == "moderator", "no change of a role: {event}");
                place.moderates = !place.moderates;
                demoted = (!place.moderates).then(|| place.user_id.clone());
            }
            _ => {}
        }
        self.demoted = demoted;
    }

    fn find(&self, id: &Value) -> Option<usize> {
        self.places.iter().position(|place| *id == place.user_id)
    }
}

/// The ids of some users, in the order in which a roster has them.
#[must_use]
pub fn ids(users: &[&User]) -> Vec<String> {
    sorted(crate::group::ids(users).into_iter())
}

fn sorted(ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut ids: Vec<String> = ids.collect();
    ids.sort_unstable();
    ids
}

fn text(value: &Value) -> String {
    value.as_str().expect("an id is a text").to_owned()
}
