use super::*;
use crate::domain::block::{hide, stay, unhide};
use crate::domain::contact::ContactContext;
use crate::domain::counts::{MessageCounts, Slot};
use crate::domain::ids::UserId;
use crate::domain::ids::{Seq, ThreadId};
use crate::domain::limits::MAX_MEMBERS;
use crate::domain::member::Role;
use crate::domain::member::Standing;
use crate::domain::memberships::Memberships;
use crate::domain::message::MessageContent;
use crate::domain::profile::ContactPolicy;
use crate::domain::read::mark;
use crate::domain::refusal::Refusal;
use crate::domain::send::send;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::domain::transition::NewThread;

fn user(text: &str) -> UserId {
    UserId::try_from(text.to_owned()).unwrap()
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(ms).unwrap()
}

fn candidate(name: &str, followed: bool) -> Candidate {
    let contact =
        ContactContext { blocking: false, blocked: false, followed, policy: ContactPolicy::Everyone, rests: None };
    Candidate::new(user(name), contact)
}

fn created(candidates: &[Candidate]) -> Result<NewThread, Refusal> {
    let (id, creator) = (ThreadId::from_random([1; 17]), &user("ann"));
    create(NewGroup { id, creator, title: None, now: at(0) }, candidates, &Blocks::default())
}

/// A group of Ann, its moderator, and friends who follow her.
fn group(friends: &[&str]) -> Thread {
    let friends: Vec<Candidate> = friends.iter().map(|name| candidate(name, true)).collect();
    created(&friends).unwrap().thread
}

fn added(thread: &Thread, name: &str, blocks: &[(&str, &str)]) -> Thread {
    let blocks = Blocks::new(blocks.iter().map(|(who, whom)| (user(who), user(whom))));
    add(thread, &user("ann"), &[candidate(name, true)], &blocks, at(1)).unwrap().unwrap().after
}

fn said(thread: &Thread, author: &str) -> Thread {
    let draft = MessageContent {
        text: "hello".to_owned().try_into().unwrap(),
        reply_to: None,
        mentions: vec![],
        attachments: vec![],
    };
    send(thread, &user(author), &draft, None, at(2)).unwrap().transition.after
}

fn unread(thread: &Thread, name: &str) -> u64 {
    thread.unread(thread.member(&user(name)).unwrap())
}

fn read_to(thread: &Thread, name: &str, seq: u64, counts: &MessageCounts) -> Thread {
    let mut next = thread.clone();
    let moved = mark(thread, &user(name), Seq::try_from(seq).unwrap(), Some(counts)).unwrap();
    for member in next.members.iter_mut().filter(|member| member.user_id == user(name)) {
        member.mark = moved.unwrap_or(member.mark);
    }
    next
}

#[test]
fn rule_09_there_are_never_more_than_fifteen() {
    let names: Vec<String> = (1..MAX_MEMBERS).map(|number| format!("user{number}")).collect();
    let full = group(&names.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(full.members.len(), MAX_MEMBERS);
    let one_more = add(&full, &user("ann"), &[candidate("eve", true)], &Blocks::default(), at(1));
    assert_eq!(one_more, Err(Refusal::GroupFull));
    let nobody_new = add(&full, &user("ann"), &[candidate("user3", true)], &Blocks::default(), at(1));
    assert_eq!(nobody_new, Ok(None));
}

#[test]
fn rule_10_somebody_always_runs_the_group() {
    let thread = group(&["bob", "cem"]);
    let left = leave(&thread, &user("ann"), at(1)).unwrap();
    assert_eq!(left.after.member(&user("bob")).unwrap().role, Role::Moderator);
    assert_eq!(left.entries.len(), 2, "the leaving and the succession");
    assert_eq!(left.after.last_seq.get(), 3);

    let demoted = set_role(&thread, &user("ann"), &user("ann"), Role::Member, at(1)).unwrap().unwrap().after;
    assert_eq!(demoted.member(&user("ann")).unwrap().role, Role::Member);
    assert_eq!(demoted.member(&user("bob")).unwrap().role, Role::Moderator);

    let alone = group(&["bob"]);
    let alone = leave(&alone, &user("bob"), at(1)).unwrap().after;
    let refused = set_role(&alone, &user("ann"), &user("ann"), Role::Member, at(1));
    assert_eq!(refused, Err(Refusal::OnlyMember));
    assert!(leave(&alone, &user("ann"), at(2)).unwrap().after.members.is_empty());
}

#[test]
fn rule_10_only_moderators_run_it() {
    let thread = group(&["bob", "cem"]);
    let (bob, cem, eve) = (user("bob"), user("cem"), user("eve"));
    assert_eq!(remove(&thread, &bob, &cem, at(1)), Err(Refusal::ModeratorsOnly));
    assert_eq!(remove(&thread, &eve, &cem, at(1)), Err(Refusal::NotFound));
    assert_eq!(set_role(&thread, &bob, &bob, Role::Moderator, at(1)), Err(Refusal::ModeratorsOnly));
    assert_eq!(rename(&thread, &bob, None, None, at(1)), Err(Refusal::ModeratorsOnly));
    assert_eq!(may_add(&thread, &bob), Err(Refusal::ModeratorsOnly));
    assert!(leave(&thread, &bob, at(1)).is_ok());
}

#[test]
fn rule_05_all_or_none_are_brought_in_and_refusals_name_everyone() {
    let closed = |name: &str| Candidate {
        contact: ContactContext { policy: ContactPolicy::Following, ..candidate(name, false).contact },
        ..candidate(name, false)
    };
    let blocking = Candidate {
        contact: ContactContext { blocking: true, ..candidate("dan", true).contact },
        ..candidate("dan", true)
    };
    let add = |new: &[Candidate]| add(&group(&["bob"]), &user("ann"), new, &Blocks::default(), at(1));
    assert_eq!(
        add(&[candidate("cem", true), closed("eve"), blocking.clone()]),
        Err(Refusal::ContactClosed(vec![user("eve"), user("dan")]))
    );
    assert_eq!(add(&[candidate("cem", true), blocking]), Err(Refusal::YouBlockThem(vec![user("dan")])));
}

#[test]
fn rule_08_what_waits_is_bounded_and_reads_like_a_closed_policy() {
    let with = |all, waiting, followed| {
        let memberships = Memberships { all, waiting };
        created(&[Candidate { memberships, ..candidate("bob", followed) }]).map(|new| new.thread.members.len())
    };
    let closed = Err(Refusal::ContactClosed(vec![user("bob")]));
    assert_eq!(with(999, 99, false), Ok(2));
    assert_eq!(with(100, 100, false), closed);
    assert_eq!(with(100, 100, true), Ok(2), "it does not wait");
    assert_eq!(with(1_000, 0, true), closed);
}

#[test]
fn rule_07_a_declined_group_rests_a_day_whoever_adds_and_its_messages_are_counted_on() {
    let day = 24 * 60 * 60 * 1_000;
    let stay = Stay { ended: Seq::ONE, accepted: false, declined: Some(at(5)), used: 2, ..Stay::default() };
    let back = |now, followed| {
        let returning = Candidate { last_stay: Some(stay), ..candidate("cem", followed) };
        let thread = Thread { counts: MessageCounts::default().with_one_more(Slot::FIRST), ..group(&["bob"]) };
        let thread = Thread { counts: thread.counts.with_one_more(Slot::FIRST).with_one_more(Slot::FIRST), ..thread };
        let joined = add(&thread, &user("ann"), &[returning], &Blocks::default(), at(now)).unwrap().unwrap().after;
        let member = joined.member(&user("cem")).unwrap();
        (member.standing.declined_at(), joined.counts.total() - member.invitation.messages_before)
    };
    assert_eq!(back(5 + day - 1, false), (Some(at(5)), 2));
    assert_eq!(back(5 + day - 1, true).0, Some(at(5)));
    assert_eq!(back(5 + day, false), (None, 2));
    // A person who was declined elsewhere.
    let contact = ContactContext { rests: Some(at(7)), ..candidate("cem", false).contact };
    let new = created(&[Candidate::new(user("cem"), contact)]).unwrap().thread;
    assert_eq!(new.member(&user("cem")).unwrap().standing, Standing::Resting { at: at(7) });
    let followed = ContactContext { followed: true, ..contact };
    let new = created(&[Candidate::new(user("cem"), followed)]).unwrap().thread;
    assert_eq!(new.member(&user("cem")).unwrap().standing, Standing::Accepted);
}

#[test]
fn rule_08_leaving_declines_what_somebody_left_before_and_has_not_accepted() {
    let mut thread = group(&["bob"]);
    let bob = user("bob");
    assert!(!declines_by_leaving(&thread, &bob, true), "it is in the inbox");
    thread.members[1].standing = Standing::pending(at(0));
    assert!(!declines_by_leaving(&thread, &bob, false), "it may be a mistake");
    assert!(declines_by_leaving(&thread, &bob, true));
    let stay = |thread: &Thread| Stay { from: None, at: None, ..Stay::of(thread, &bob, Seq::ONE, at(7)).unwrap() };
    thread.counts = thread.counts.with_one_more(Slot::FIRST);
    assert_eq!(stay(&thread), Stay { ended: Seq::ONE, accepted: false, declined: None, used: 1, ..Stay::default() });
    thread.members[1].standing = Standing::Declined { at: at(3) };
    assert_eq!(stay(&thread).declined, Some(at(3)));
    thread.members[1].standing = Standing::Accepted;
    assert_eq!(stay(&thread), Stay { ended: Seq::ONE, accepted: true, declined: None, used: 0, ..Stay::default() });
}

#[test]
fn rule_08_whoever_left_is_asked_again() {
    let returning = Candidate { left_before: true, ..candidate("cem", true) };
    let thread = add(&group(&["bob"]), &user("ann"), &[returning], &Blocks::default(), at(1)).unwrap().unwrap().after;
    assert_eq!(thread.member(&user("cem")).unwrap().standing, Standing::pending(at(1)));
}

#[test]
fn rule_07_a_group_that_nobody_accepted_holds_three_messages() {
    let strangers = [candidate("bob", false), candidate("cem", false)];
    let mut thread = created(&strangers).unwrap().thread;
    for _ in 0..3 {
        thread = said(&thread, "ann");
    }
    let draft = MessageContent {
        text: "hello".to_owned().try_into().unwrap(),
        reply_to: None,
        mentions: vec![],
        attachments: vec![],
    };
    assert_eq!(send(&thread, &user("ann"), &draft, None, at(3)), Err(Refusal::RequestPending));
    assert!(send(&said(&thread, "cem"), &user("ann"), &draft, None, at(3)).is_ok());

    // A member who is alone sends without limit. A new member gets at most three messages before they accept.
    let mut thread = group(&["bob"]);
    for _ in 0..9 {
        thread = said(&thread, "ann");
    }
    thread = said(&leave(&thread, &user("bob"), at(3)).unwrap().after, "ann");
    thread = add(&thread, &user("ann"), &[candidate("eve", false)], &Blocks::default(), at(4)).unwrap().unwrap().after;
    for _ in 0..3 {
        thread = said(&thread, "ann");
    }
    assert_eq!(send(&thread, &user("ann"), &draft, None, at(5)), Err(Refusal::RequestPending));
}

#[test]
fn rule_11_a_new_member_begins_where_they_joined() {
    let thread = said(&said(&group(&["bob"]), "ann"), "bob");
    let thread = said(&added(&thread, "cem", &[]), "bob");
    let cem = thread.member(&user("cem")).unwrap();
    assert_eq!((cem.joined_seq.get(), cem.mark.seq.get()), (4, 3));
    assert!(!cem.sees(Seq::try_from(3).unwrap()) && cem.sees(Seq::try_from(4).unwrap()));
    assert_eq!(unread(&thread, "cem"), 1);
}

#[test]
fn rule_12_what_a_blocked_member_says_is_hidden_and_does_not_count() {
    // Bob sends 2 and 4, Cem 3; Ann has read up to 2.
    let (two, three) = (said(&group(&["bob", "cem"]), "bob"), said(&said(&group(&["bob", "cem"]), "bob"), "cem"));
    let thread = read_to(&said(&three, "bob"), "ann", 2, &two.counts);
    assert_eq!(unread(&thread, "ann"), 2);

    let blocking = hide(&thread, &user("ann"), &user("bob"), Some(&two.counts), at(3)).unwrap().after;
    let ann = blocking.member(&user("ann")).unwrap();
    assert!(blocking.hides(ann, &user("bob"), Seq::MAX) && !blocking.hides(ann, &user("cem"), Seq::MAX));
    assert_eq!(blocking.undecided(ann), [user("bob")]);
    assert_eq!(unread(&blocking, "ann"), 1, "Cem's");
    assert_eq!(unread(&read_to(&blocking, "ann", 3, &three.counts), "ann"), 0);
    assert_eq!(hide(&blocking, &user("ann"), &user("bob"), None, at(3)), None, "it is so already");

    let staying = stay(&blocking, &user("ann")).unwrap().after;
    assert!(staying.undecided(staying.member(&user("ann")).unwrap()).is_empty());
    assert_eq!(stay(&staying, &user("ann")), None);
    let again = unhide(&staying, &user("ann"), &user("bob"), Some(&two.counts)).unwrap().after;
    assert_eq!(unread(&again, "ann"), 2);
}

#[test]
fn rule_12_all_three_ways_of_coming_together_are_noticed_by_the_one_who_blocks() {
    let blocks = [("bob", "eve")];
    let eve_comes = added(&group(&["bob"]), "eve", &blocks);
    let bob_comes = added(&group(&["eve"]), "bob", &blocks);
    let inside = hide(&group(&["bob", "eve"]), &user("bob"), &user("eve"), None, at(3)).unwrap().after;
    for thread in [eve_comes, bob_comes, inside] {
        let (bob, eve) = (thread.member(&user("bob")).unwrap(), thread.member(&user("eve")).unwrap());
        assert_eq!(thread.undecided(bob), [user("eve")]);
        assert!(thread.hides(bob, &user("eve"), Seq::MAX));
        assert!(eve.hides.is_empty() && eve.notice.is_empty(), "nothing of it is Eve's to know");
    }
}

#[test]
fn rule_12_who_is_gone_stays_hidden_and_their_place_is_nobody_elses() {
    let thread = said(&hide(&group(&["bob", "eve"]), &user("bob"), &user("eve"), None, at(3)).unwrap().after, "eve");
    let gone = leave(&thread, &user("eve"), at(3)).unwrap().after;
    let bob = gone.member(&user("bob")).unwrap();
    assert!(gone.hides(bob, &user("eve"), Seq::MAX) && gone.undecided(bob).is_empty());
    assert_eq!(unread(&gone, "bob"), 0);

    let cem_comes = said(&added(&gone, "cem", &[]), "cem");
    assert_ne!(cem_comes.member(&user("cem")).unwrap().slot, thread.member(&user("eve")).unwrap().slot);
    assert_eq!(unread(&cem_comes, "bob"), 1);
    let eve_back = said(&added(&cem_comes, "eve", &[("bob", "eve")]), "eve");
    assert_eq!(unread(&eve_back, "bob"), 1);
    assert_eq!(eve_back.undecided(eve_back.member(&user("bob")).unwrap()), [user("eve")]);

    // Nobody hides her any more, so her slot is free.
    let shown = unhide(&gone, &user("bob"), &user("eve"), Some(&MessageCounts::default())).unwrap().after;
    assert!(shown.departed().is_empty());
    assert_eq!(unread(&shown, "bob"), 1);
    let cem = added(&shown, "cem", &[]).member(&user("cem")).unwrap().clone();
    assert_eq!((cem.slot, cem.slot_start), (Slot::try_from(2).unwrap(), 1));
}

#[test]
fn rule_12_what_somebody_said_before_they_came_back_is_as_it_was() {
    // Eve sends 2, leaves and comes back. Then Bob blocks her.
    let before = said(&group(&["bob", "eve", "cem"]), "eve");
    let back = said(&added(&leave(&before, &user("eve"), at(3)).unwrap().after, "eve", &[]), "eve");
    let blocked = hide(&back, &user("bob"), &user("eve"), Some(&MessageCounts::default()), at(3)).unwrap().after;
    let bob = blocked.member(&user("bob")).unwrap();
    let seq = |number| Seq::try_from(number).unwrap();
    assert!(!blocked.hides(bob, &user("eve"), seq(2)) && blocked.hides(bob, &user("eve"), seq(5)));
    assert_eq!(unread(&blocked, "bob"), 1);

    // Eve leaves again. Her slot is kept for Bob, who hides it. Cem blocks her too late, and hides nothing of that stay.
    let gone = leave(&blocked, &user("eve"), at(4)).unwrap().after;
    assert_eq!(hide(&gone, &user("cem"), &user("eve"), None, at(3)), None);
    let again = hide(
        &added(&gone, "eve", &[("bob", "eve")]),
        &user("cem"),
        &user("eve"),
        Some(&MessageCounts::default()),
        at(3),
    );
    let again = again.unwrap().after;
    let cem = again.member(&user("cem")).unwrap();
    assert!(!again.hides(cem, &user("eve"), seq(5)) && again.hides(cem, &user("eve"), seq(8)));
    assert_eq!((unread(&again, "bob"), unread(&again, "cem")), (1, 2));
}

#[test]
fn rule_12_more_who_are_gone_than_a_head_has_places_for_stay_hidden_and_count_for_nothing() {
    let mut thread = group(&["bob"]);
    let mut said_at = Vec::new();
    for _ in 0..40 {
        thread = said(&added(&thread, "eve", &[("bob", "eve")]), "eve");
        said_at.push(thread.last_seq);
        thread = leave(&thread, &user("eve"), at(3)).unwrap().after;
        assert_eq!(unread(&thread, "bob"), 0);
    }
    let bob = thread.member(&user("bob")).unwrap();
    assert_eq!((thread.departed().len(), bob.hidden_stays.len()), (17, 23));
    assert!(said_at.iter().all(|seq| thread.hides(bob, &user("eve"), *seq)));
    // Wherever the mark moves, nothing becomes unread by it; without the block, all behind it is.
    let counts = MessageCounts::default();
    let marked = mark(&thread, &user("bob"), said_at[2], Some(&counts)).unwrap().unwrap();
    assert_eq!(thread.counted(bob, &thread.counts) - marked.counted, 0);
    let shown = unhide(&thread, &user("bob"), &user("eve"), Some(&counts)).unwrap().after;
    assert_eq!(unread(&shown, "bob"), 40);
    assert!(shown.departed().is_empty() && shown.member(&user("bob")).unwrap().hidden_stays.is_empty());
}

#[test]
fn rule_12_a_leaver_whom_nobody_hides_makes_nothing_hidden_appear() {
    let mut thread = group(&["bob", "cem"]);
    for _ in 0..17 {
        thread = said(&added(&thread, "eve", &[("bob", "eve")]), "eve");
        thread = leave(&thread, &user("eve"), at(3)).unwrap().after;
    }
    let thread = leave(&thread, &user("cem"), at(4)).unwrap().after;
    assert_eq!(thread.departed().len(), 17);
    let (bob, first) = (thread.member(&user("bob")).unwrap(), Seq::try_from(3).unwrap());
    assert!(thread.hides(bob, &user("eve"), first), "the first of what Eve wrote");
}
