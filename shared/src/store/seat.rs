//! A member in a thread's head, as text: short, for a head is paid for at every message, and still readable in a console.
//!
//! `ma12,h6,n4 usr_ann`: role (`m`oderator, `-`, or `x` for somebody gone), standing (`a`ccepted, `p`ending, `d`eclined), the
//! entry that brought them in; then what there is of `d` (declined at, ms), `s` (messages of others in their slot before them),
//! `b` (messages in the thread before them) and `i` (the inviter's slot), both until they accept, `h` and `n` (the slots they
//! hide, and of these the ones not decided on, as a number of bits); and the user's id.

use crate::domain::ids::{Seq, UserId};
use crate::domain::member::{Invitation, Member, ReadMark, Role, Standing};
use crate::domain::tally::{Slot, Slots};
use crate::domain::thread::Departed;
use crate::domain::time::Timestamp;

/// Who has a slot.
#[derive(Debug)]
pub(super) enum Seat {
    /// A member, whose mark stands elsewhere.
    Taken(Member),
    /// Somebody gone.
    Kept(Departed),
    /// Nobody.
    Free,
}

/// What the seat of a member says.
pub(super) fn of_member(member: &Member) -> String {
    let role = match member.role {
        Role::Moderator => 'm',
        Role::Member => '-',
    };
    let (standing, declined_at) = match member.standing {
        Standing::Accepted => ('a', 0),
        Standing::Pending => ('p', 0),
        Standing::Declined { at } => ('d', at.ms().unsigned_abs()),
    };
    let Invitation { by, said_before } = member.invitation;
    let parts = [
        ('d', declined_at),
        ('s', member.start),
        ('b', said_before),
        // A slot of 0 has to be told from none.
        ('i', by.map_or(0, |slot| u64::from(u8::from(slot)) + 1)),
        ('h', member.hides.bits().into()),
        ('n', member.notice.bits().into()),
    ];
    text(role, standing, member.joined_seq, &parts, &member.user_id)
}

/// What the seat of somebody gone says.
pub(super) fn of_departed(gone: &Departed) -> String {
    text('x', 'a', gone.joined_seq, &[('s', gone.start)], &gone.user_id)
}

fn text(role: char, standing: char, joined: Seq, parts: &[(char, u64)], user: &UserId) -> String {
    let parts = parts.iter().filter(|(_, number)| *number > 0).map(|(letter, number)| format!(",{letter}{number}"));
    format!("{role}{standing}{joined}{}{}", parts.collect::<String>(), pack(user))
}

/// Reads the seat at `slot`; `None` if it is none.
pub(super) fn parse(text: &str, slot: Slot, mark: ReadMark) -> Option<Seat> {
    if text.is_empty() {
        return Some(Seat::Free);
    }
    let (words, user_id) = unpack(text)?;
    let mut words = words.split(',');
    let mut head = words.next()?.chars();
    let (role, standing) = (head.next()?, head.next()?);
    let joined_seq = head.as_str().parse().ok()?;
    let mut numbers = [0; 6];
    for word in words {
        let mut word = word.chars();
        let place = "dsbihn".find(word.next()?)?;
        numbers[place] = word.as_str().parse().ok()?;
    }
    let [declined_at, start, said_before, inviter, hides, notice] = numbers;
    let role = match role {
        'm' => Role::Moderator,
        '-' => Role::Member,
        'x' => return Some(Seat::Kept(Departed { user_id, slot, start, joined_seq })),
        _ => return None,
    };
    let standing = match standing {
        'a' => Standing::Accepted,
        'p' => Standing::Pending,
        'd' => Standing::Declined { at: Timestamp::from_ms(i64::try_from(declined_at).ok()?).ok()? },
        _ => return None,
    };
    let by = match inviter.checked_sub(1) {
        None => None,
        Some(slot) => Some(Slot::try_from(u8::try_from(slot).ok()?).ok()?),
    };
    let bits = |number: u64| Some(Slots::from_bits(u32::try_from(number).ok()?));
    Some(Seat::Taken(Member {
        user_id,
        role,
        slot,
        start,
        joined_seq,
        standing,
        invitation: Invitation { by, said_before },
        mark,
        hides: bits(hides)?,
        notice: bits(notice)?,
    }))
}

/// Stands before an id as it is.
const PLAIN: char = ' ';
/// Stands before a UUID in 22 characters instead of 36: with those of common identity providers a full head would not stay
/// below 1 KiB.
const UUID: char = '=';

fn pack(user: &UserId) -> String {
    match uuid_bytes(user.as_str()) {
        Some(bytes) => format!("{UUID}{}", data_encoding::BASE64URL_NOPAD.encode(&bytes)),
        None => format!("{PLAIN}{user}"),
    }
}

fn unpack(text: &str) -> Option<(&str, UserId)> {
    let (words, id) = text.split_at(text.find([PLAIN, UUID])?);
    let id = match id.strip_prefix(UUID) {
        None => id[1..].to_owned(),
        Some(packed) => {
            let bytes = data_encoding::BASE64URL_NOPAD.decode(packed.as_bytes()).ok()?;
            uuid_text((bytes.len() == UUID_BYTES).then_some(bytes.as_slice())?)
        }
    };
    Some((words, UserId::try_from(id).ok()?))
}

const UUID_BYTES: usize = 16;
/// How a UUID is written: groups of so many digits.
const UUID_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

fn uuid_text(bytes: &[u8]) -> String {
    let digits = data_encoding::HEXLOWER.encode(bytes);
    let mut rest = digits.as_str();
    let groups = UUID_GROUPS.map(|length| {
        let (group, behind) = rest.split_at(length.min(rest.len()));
        rest = behind;
        group
    });
    groups.join("-")
}

/// The bytes of a UUID that is written just so, in small letters; another spelling would not come back as it was.
fn uuid_bytes(text: &str) -> Option<Vec<u8>> {
    let bytes = data_encoding::HEXLOWER.decode(text.replace('-', "").as_bytes()).ok()?;
    (bytes.len() == UUID_BYTES && uuid_text(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(number: u8) -> Slot {
        Slot::try_from(number).unwrap()
    }

    fn member(id: &str) -> Member {
        Member {
            user_id: UserId::try_from(id.to_owned()).unwrap(),
            role: Role::Member,
            slot: slot(3),
            start: 0,
            joined_seq: Seq::try_from(12).unwrap(),
            standing: Standing::Accepted,
            invitation: Invitation::default(),
            mark: ReadMark { seq: Seq::ONE, heard: 4 },
            hides: Slots::NONE,
            notice: Slots::NONE,
        }
    }

    fn read_again(text: &str, member: &Member) -> Option<Member> {
        match parse(text, member.slot, member.mark)? {
            Seat::Taken(member) => Some(member),
            Seat::Kept(_) | Seat::Free => None,
        }
    }

    #[test]
    fn a_seat_is_short_and_comes_back_as_it_was() {
        let plain = member("usr_ann");
        let mut full = member("0191e5c0-7a3b-7c1d-9e2f-001122334455");
        full.role = Role::Moderator;
        full.standing = Standing::Declined { at: Timestamp::from_ms(1_732_406_400_123).unwrap() };
        full.start = 9;
        full.invitation = Invitation { by: Some(slot(0)), said_before: 7 };
        full.hides = Slots::NONE.with(slot(1)).with(slot(2));
        full.notice = Slots::NONE.with(slot(2));
        for (member, text) in
            [(&plain, "-a12 usr_ann"), (&full, "md12,d1732406400123,s9,b7,i1,h6,n4=AZHlwHo7fB2eLwARIjNEVQ")]
        {
            assert_eq!(of_member(member), text);
            assert_eq!(read_again(text, member).as_ref(), Some(member));
        }
    }

    #[test]
    fn ids_come_back_as_they_were_whatever_they_look_like() {
        for id in ["=x", "a=b,c", "0191E5C0-7A3B-7C1D-9E2F-001122334455", "0191e5c07a3b7c1d9e2f001122334455", "-", "a"]
        {
            let member = member(id);
            assert_eq!(read_again(&of_member(&member), &member), Some(member), "{id}");
        }
        let gone = Departed { user_id: member("usr_bob").user_id, slot: slot(3), start: 2, joined_seq: Seq::ONE };
        let text = of_departed(&gone);
        assert!(matches!(parse(&text, slot(3), ReadMark::default()), Some(Seat::Kept(kept)) if kept == gone));
    }

    #[test]
    fn what_is_no_seat_is_refused() {
        for text in ["x", "ma", "ma12", "qa12 ann", "mq12 ann", "ma12,z1 ann", "ma12,h ann", "ma12=AA"] {
            assert!(parse(text, slot(0), ReadMark::default()).is_none(), "{text}");
        }
    }
}
