//! The member codec: a member in the head of a thread, as text. It is short, because every message pays for the size of the
//! head, and still readable in a console.
//!
//! `ma12,h6,n4 usr_ann` is the role (`m`oderator, `-` member, `x` departed), the standing (`a`ccepted, `p`ending, `d`eclined, `r`esting),
//! the seq of the entry that added them, fields of a letter and a number, and the user's id. A field of zero is left out:
//!
//! | letter | number |
//! |---|---|
//! | `d` | declined at, or pending since, in milliseconds |
//! | `s` | messages that earlier members sent from the slot |
//! | `b` | messages in the thread before them, until they accept |
//! | `i` | the inviter's slot plus one, until they accept |
//! | `h` | the slots they hide, as bits |
//! | `n` | of these, the slots they have not decided on, as bits |
//! | `g` | stays they hide that are in an item of their own, `HIDDEN#u` |
//! | `c` | the last entry when they deleted the chat for themself |
//! | `u` | 1 if they did, and no message came since |
//! | `p` | one more than the last seq that others see them to have read, where it is less than their mark |
//!
//! A field with another letter is from a later release. It is passed over, and written back as it was.

use crate::domain::counts::{Slot, Slots};
use crate::domain::hidden::HiddenStays;
use crate::domain::ids::{Seq, UserId};
use crate::domain::member::{Invitation, Member, ReadMark, Role, Standing};
use crate::domain::thread::Departed;
use crate::domain::time::Timestamp;

/// What a slot holds.
#[derive(Debug)]
pub(super) enum SlotContent {
    /// A member. Their mark is stored elsewhere.
    Member(Member),
    Departed(Departed),
    Empty,
}

/// The text of a member.
pub(super) fn of_member(member: &Member) -> String {
    let role = match member.role {
        Role::Moderator => 'm',
        Role::Member => '-',
    };
    let (standing, at) = match member.standing {
        Standing::Accepted => ('a', None),
        Standing::Pending { since } => ('p', since),
        Standing::Declined { at } => ('d', Some(at)),
        Standing::Resting { at } => ('r', Some(at)),
    };
    let Invitation { by, messages_before } = member.invitation;
    let fields = [
        ('d', at.map_or(0, |at| at.ms().unsigned_abs())),
        ('s', member.slot_start),
        ('b', messages_before),
        // Slot 0 must differ from no slot.
        ('i', by.map_or(0, |slot| u64::from(u8::from(slot)) + 1)),
        ('h', member.hides.bits().into()),
        ('n', member.notice.bits().into()),
        ('g', member.hidden_stays.len() as u64),
        ('c', member.cleared_seq.get()),
        ('u', member.unlisted.into()),
        // Seq 0 must differ from none.
        ('p', member.shown.map_or(0, |seq| seq.get() + 1)),
    ];
    text([role, standing], member.joined_seq, &fields, &member.unknown, &member.user_id)
}

/// The text of a departed member.
pub(super) fn of_departed(gone: &Departed) -> String {
    text(['x', 'a'], gone.joined_seq, &[('s', gone.slot_start)], &gone.unknown, &gone.user_id)
}

fn text(flags: [char; 2], joined: Seq, fields: &[(char, u64)], unknown: &str, user: &UserId) -> String {
    let fields = fields.iter().filter(|(_, number)| *number > 0).map(|(letter, number)| format!(",{letter}{number}"));
    format!("{}{joined}{}{unknown}{}", String::from_iter(flags), fields.collect::<String>(), pack(user))
}

/// The fields of a text.
struct Fields {
    by_letter: Vec<(char, u64)>,
    /// The fields with other letters, each with the comma before it.
    unknown: String,
}

impl Fields {
    fn parse<'a>(words: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut fields = Self { by_letter: Vec::new(), unknown: String::new() };
        for word in words {
            let mut number = word.chars();
            let letter = number.next()?;
            if "dsbihnpgcu".contains(letter) {
                fields.by_letter.push((letter, number.as_str().parse().ok()?));
            } else {
                fields.unknown.extend([",", word]);
            }
        }
        Some(fields)
    }

    fn get(&self, letter: char) -> u64 {
        self.by_letter.iter().find(|(known, _)| *known == letter).map_or(0, |(_, number)| *number)
    }

    fn slots(&self, letter: char) -> Option<Slots> {
        Some(Slots::from_bits(u32::try_from(self.get(letter)).ok()?))
    }
}

/// Reads the text of the member in `slot`; `None` if it is malformed.
pub(super) fn parse(text: &str, slot: Slot, mark: ReadMark) -> Option<SlotContent> {
    if text.is_empty() {
        return Some(SlotContent::Empty);
    }
    let (words, user_id) = unpack(text)?;
    let mut words = words.split(',');
    let mut head = words.next()?.chars();
    let (role, standing) = (head.next()?, head.next()?);
    let joined_seq = head.as_str().parse().ok()?;
    let fields = Fields::parse(words)?;
    let slot_start = fields.get('s');
    let role = match role {
        'm' => Role::Moderator,
        '-' => Role::Member,
        'x' => {
            let unknown = fields.unknown;
            return Some(SlotContent::Departed(Departed { user_id, slot, slot_start, joined_seq, unknown }));
        }
        _ => return None,
    };
    let at = Timestamp::from_ms(i64::try_from(fields.get('d')).ok()?).ok()?;
    let standing = match standing {
        'a' => Standing::Accepted,
        'p' => Standing::Pending { since: Some(at).filter(|_| fields.get('d') > 0) },
        'd' => Standing::Declined { at },
        'r' => Standing::Resting { at },
        _ => return None,
    };
    let by = match fields.get('i').checked_sub(1) {
        None => None,
        Some(slot) => Some(Slot::try_from(u8::try_from(slot).ok()?).ok()?),
    };
    let (hides, notice) = (fields.slots('h')?, fields.slots('n')?);
    let shown = fields.get('p').checked_sub(1).map(Seq::try_from).transpose().ok()?;
    let hidden_stays = match usize::try_from(fields.get('g')).ok()? {
        0 => HiddenStays::default(),
        count => HiddenStays::Stored(count),
    };
    let cleared_seq = Seq::try_from(fields.get('c')).ok()?;
    let unlisted = fields.get('u') > 0;
    let invitation = Invitation { by, messages_before: fields.get('b') };
    let member = Member::new(user_id, slot, joined_seq, standing);
    let unknown = fields.unknown;
    Some(SlotContent::Member(Member {
        role,
        slot_start,
        cleared_seq,
        unlisted,
        invitation,
        mark,
        shown,
        hides,
        notice,
        hidden_stays,
        unknown,
        ..member
    }))
}

/// Precedes an id that is stored as it is.
const PLAIN: char = ' ';
/// Precedes a UUID that is stored in 22 characters instead of 36. With UUIDs of 36 a full head would not stay below 2 KiB.
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
/// The digits in each group of a written UUID.
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

/// The bytes of a UUID in the usual form with small letters; `None` for another form, which would not come back as it was.
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
        let (user_id, joined_seq) = (UserId::try_from(id.to_owned()).unwrap(), Seq::try_from(12).unwrap());
        let mark = ReadMark { seq: Seq::ONE, counted: 4 };
        Member { mark, ..Member::new(user_id, slot(3), joined_seq, Standing::Accepted) }
    }

    fn read_again(text: &str, member: &Member) -> Option<Member> {
        match parse(text, member.slot, member.mark)? {
            SlotContent::Member(member) => Some(member),
            SlotContent::Departed(_) | SlotContent::Empty => None,
        }
    }

    #[test]
    fn a_member_is_short_and_comes_back_as_they_were() {
        let plain = member("usr_ann");
        let mut full = member("0191e5c0-7a3b-7c1d-9e2f-001122334455");
        full.role = Role::Moderator;
        full.standing = Standing::Declined { at: Timestamp::from_ms(1_732_406_400_123).unwrap() };
        full.slot_start = 9;
        full.invitation = Invitation { by: Some(slot(0)), messages_before: 7 };
        full.hides = Slots::NONE.with(slot(1)).with(slot(2));
        full.notice = Slots::NONE.with(slot(2));
        full.shown = Some(Seq::ZERO);
        full.cleared_seq = Seq::ONE;
        full.unlisted = true;
        for (member, text) in
            [(&plain, "-a12 usr_ann"), (&full, "md12,d1732406400123,s9,b7,i1,h6,n4,c1,u1,p1=AZHlwHo7fB2eLwARIjNEVQ")]
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
        let (user_id, unknown) = (member("usr_bob").user_id, ",z1".to_owned());
        let gone = Departed { user_id, slot: slot(3), slot_start: 2, joined_seq: Seq::ONE, unknown };
        let text = of_departed(&gone);
        assert!(
            matches!(parse(&text, slot(3), ReadMark::default()), Some(SlotContent::Departed(kept)) if kept == gone)
        );
    }

    #[test]
    fn what_is_no_member_is_refused() {
        for text in ["x", "ma", "ma12", "qa12 ann", "mq12 ann", "ma12,h ann", "ma12=AA"] {
            assert!(parse(text, slot(0), ReadMark::default()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_request_has_the_time_at_which_it_came_unless_an_earlier_release_stored_it() {
        let asked = |since| Member { standing: Standing::Pending { since }, ..member("usr_ann") };
        let at = Timestamp::from_ms(1_732_406_400_123).unwrap();
        for (member, text) in [(asked(Some(at)), "-p12,d1732406400123 usr_ann"), (asked(None), "-p12 usr_ann")] {
            assert_eq!(of_member(&member), text);
            assert_eq!(read_again(text, &member).as_ref(), Some(&member));
        }
    }

    #[test]
    fn a_field_of_a_later_release_is_passed_over_and_written_back() {
        let mut known = member("usr_ann");
        known.hides = Slots::NONE.with(slot(1));
        known.unknown = ",z1,y".to_owned();
        assert_eq!(read_again("-a12,z1,h2,y usr_ann", &known).as_ref(), Some(&known));
        assert_eq!(of_member(&known), "-a12,h2,z1,y usr_ann");
    }
}
