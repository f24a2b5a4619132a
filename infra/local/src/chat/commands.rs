//! What a line that somebody types means.

/// A line, understood.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Command<'a> {
    Say(&'a str),
    List,
    Requests,
    Room(&'a str),
    Search(&'a str),
    Open(&'a str),
    Accept(Option<&'a str>),
    Decline(Option<&'a str>),
    History,
    Reveal(u64),
    Mute(u16),
    Unmute,
    Pin,
    Unpin,
    Follow(&'a str),
    Unfollow(&'a str),
    Block(&'a str),
    Unblock(&'a str),
    Group(Plan<'a>),
    Members,
    Add(Vec<&'a str>),
    Remove(&'a str),
    Promote(&'a str),
    Demote(&'a str),
    Rename(Option<&'a str>),
    Stay,
    Leave,
    Help,
    Quit,
    Nothing,
    Unknown(&'a str),
}

/// A group to be: `bob cem title=Late night room=r7 Jazz hour`.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Plan<'a> {
    pub(super) names: Vec<&'a str>,
    pub(super) title: Option<&'a str>,
    /// The id of the live room and what it is called.
    pub(super) room: Option<(&'a str, Option<&'a str>)>,
}

/// How long a conversation is muted if nobody says so.
const MUTED_HOURS: u16 = 8;

/// The help text.
pub(super) const HELP: &str = "\
What you type is said in the open conversation, unless it is a command:
  /list               your conversations, pinned ones first, then the newest
  /requests           people and groups that wait for your answer
  /room ID            your conversations of a live room
  /search NAME        users whose names begin so
  /open NAME          talk with NAME; what you type then goes there
  /open #1            the same in a group: the number before its title, or #TITLE
  /accept, /decline   answer the open request (or /accept NAME, /accept #1)
  /history            the last messages of the open conversation
  /reveal N           the hidden message N of somebody you block
  /mute [HOURS], /unmute, /pin, /unpin   how you see the open conversation (muted: quiet until opened)
  /follow NAME, /unfollow NAME, /block NAME, /unblock NAME
  /group NAME …       a new group; more may follow the names: title=TEXT room=ID ROOM'S TITLE
  /members            who is in the open conversation
  /stay, /leave       in the open group; /stay answers the notice that somebody you block is there
  /add NAME …, /remove NAME, /promote NAME, /demote NAME, /rename [TITLE]   what moderators of the open group do
  /help, /quit        a text that begins with a slash is typed with two: //text";

impl<'a> Command<'a> {
    /// Understands a line.
    pub(super) fn parse(line: &'a str) -> Self {
        let line = line.trim();
        let Some(rest) = line.strip_prefix('/') else {
            return if line.is_empty() { Self::Nothing } else { Self::Say(line) };
        };
        if rest.starts_with('/') {
            return Self::Say(rest);
        }
        let (name, argument) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let argument = Some(argument.trim()).filter(|argument| !argument.is_empty());
        match (name, argument) {
            ("list", None) => Self::List,
            ("requests", None) => Self::Requests,
            ("room", Some(id)) => Self::Room(id),
            ("search", Some(prefix)) => Self::Search(prefix),
            ("open", Some(name)) => Self::Open(name),
            ("accept", name) => Self::Accept(name),
            ("decline", name) => Self::Decline(name),
            ("history", None) => Self::History,
            ("reveal", Some(seq)) => seq.parse().map_or(Self::Unknown(line), Self::Reveal),
            ("mute", None) => Self::Mute(MUTED_HOURS),
            ("mute", Some(hours)) => hours.parse().map_or(Self::Unknown(line), Self::Mute),
            ("unmute", None) => Self::Unmute,
            ("pin", None) => Self::Pin,
            ("unpin", None) => Self::Unpin,
            ("follow", Some(name)) => Self::Follow(name),
            ("unfollow", Some(name)) => Self::Unfollow(name),
            ("block", Some(name)) => Self::Block(name),
            ("unblock", Some(name)) => Self::Unblock(name),
            ("group", Some(plan)) => Self::Group(Plan::parse(plan)),
            ("members", None) => Self::Members,
            ("add", Some(names)) => Self::Add(names.split_whitespace().collect()),
            ("remove", Some(name)) => Self::Remove(name),
            ("promote", Some(name)) => Self::Promote(name),
            ("demote", Some(name)) => Self::Demote(name),
            ("rename", title) => Self::Rename(title),
            ("stay", None) => Self::Stay,
            ("leave", None) => Self::Leave,
            ("help", _) => Self::Help,
            ("quit" | "exit", _) => Self::Quit,
            _ => Self::Unknown(line),
        }
    }
}

impl<'a> Plan<'a> {
    fn parse(text: &'a str) -> Self {
        let (text, room) = cut(text, " room=");
        let (names, title) = cut(text, " title=");
        let room = room.map(|room| cut(room, " "));
        Self { names: names.split_whitespace().collect(), title, room }
    }
}

/// What is before a mark, and what is after it, if anything.
fn cut<'a>(text: &'a str, mark: &str) -> (&'a str, Option<&'a str>) {
    let (before, after) = text.split_once(mark).unwrap_or((text, ""));
    (before, Some(after.trim()).filter(|after| !after.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_commands_or_texts() {
        assert_eq!(Command::parse(" /open bob "), Command::Open("bob"));
        assert_eq!(Command::parse("/accept"), Command::Accept(None));
        assert_eq!(Command::parse("hello /open"), Command::Say("hello /open"));
        assert_eq!(Command::parse("//shrug"), Command::Say("/shrug"));
        assert_eq!(Command::parse("/open"), Command::Unknown("/open"));
        assert_eq!(Command::parse("/mute"), Command::Mute(8));
        assert_eq!(Command::parse("/mute long"), Command::Unknown("/mute long"));
        assert_eq!(Command::parse("/rename  Late night"), Command::Rename(Some("Late night")));
        assert_eq!(Command::parse("  "), Command::Nothing);
    }

    #[test]
    fn a_group_has_names_and_perhaps_a_title_and_a_room() {
        let plan = |line| match Command::parse(line) {
            Command::Group(plan) => (plan.names, plan.title, plan.room),
            other => panic!("{other:?}"),
        };
        assert_eq!(plan("/group bob  cem"), (vec!["bob", "cem"], None, None));
        assert_eq!(plan("/group bob title=Late night"), (vec!["bob"], Some("Late night"), None));
        assert_eq!(plan("/group bob room=r7"), (vec!["bob"], None, Some(("r7", None))));
        let all = (vec!["bob", "cem"], Some("Late night"), Some(("r7", Some("Jazz hour"))));
        assert_eq!(plan("/group bob cem title=Late night room=r7 Jazz hour"), all);
    }
}
