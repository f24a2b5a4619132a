//! The commands that a user can type.

#[derive(Debug, Eq, PartialEq)]
pub(super) enum Command<'a> {
    Say(&'a str),
    List,
    Requests,
    Room(&'a str),
    /// The beginning of a username.
    Users(&'a str),
    /// Words in the open conversation.
    Search(&'a str),
    Open(&'a str),
    Accept(Option<&'a str>),
    Decline(Option<&'a str>),
    History,
    Reveal(u64),
    /// The path of a file.
    Send(&'a str),
    /// The number of a message, and the path of a file.
    Save(u64, &'a str),
    /// The new text of one's last message.
    Edit(&'a str),
    /// The number of a message, or one's last one.
    Delete(Option<u64>),
    /// An emoji, and the number of a message or the last one.
    React(&'a str, Option<u64>),
    Unreact(&'a str, Option<u64>),
    /// The number of a message, or the conversation; and a reason.
    Report(Option<u64>, Option<&'a str>),
    Mute(u16),
    Unmute,
    /// The number of a message, or the open conversation for oneself.
    Pin(Option<u64>),
    Unpin(Option<u64>),
    Pins,
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
    /// Whether for everyone.
    Clear(bool),
    Help,
    Quit,
    Nothing,
    Unknown(&'a str),
}

/// The arguments of `/group`: `bob cem title=Late night room=r7 Jazz hour`.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Plan<'a> {
    pub(super) names: Vec<&'a str>,
    pub(super) title: Option<&'a str>,
    /// The id and the title of the live room.
    pub(super) room: Option<(&'a str, Option<&'a str>)>,
}

/// The default of `/mute`.
const MUTED_HOURS: u16 = 8;

/// The help text.
pub(super) const HELP: &str = "\
A line is sent as a message to the open conversation, unless it is a command:
  /list               your conversations, pinned ones first, then the newest
  /requests           message requests: users and groups that you have not accepted yet
  /room ID            your conversations of a live room
  /users NAME         users whose names begin with NAME
  /open NAME          open the conversation with NAME
  /open #1            open a group by the number before its title, or by #TITLE
  /accept, /decline   accept or decline the open message request (or /accept NAME, /accept #1)
  /history            show the last messages of the open conversation
  /send PATH          send an image or a video (jpg, png, webp, gif, mp4, webm)
  /save N PATH        save the image or video of message N
  /edit TEXT          give your last message of the open conversation another text
  /delete [N]         delete your last message, or message N, for everyone
  /react EMOJI [N], /unreact EMOJI [N]   react to the last message, or to message N (/history shows the numbers), or take that back
  /report [N] [REASON]   report message N, or the open conversation, to the operators: spam, harassment, hate, violence, sexual, self_harm,
                      impersonation or other; nobody else learns of it
  /search WORDS       messages of the open conversation that have all these words
  /pin N, /unpin N, /pins   pin message N of the open conversation for everybody, or take that back; list what is pinned
  /reveal N           show the hidden message N of a user you block
  /mute [HOURS], /unmute, /pin, /unpin   change how you see the open conversation (a muted one prints nothing until it is opened)
  /follow NAME, /unfollow NAME, /block NAME, /unblock NAME
  /group NAME …       create a group; optional after the names: title=TEXT room=ID ROOM-TITLE
  /members            list the members of the open conversation
  /stay, /leave       stay in or leave the open group; /stay dismisses the notice that a user you block is a member
  /clear [everyone]   delete the open conversation for yourself, or as a moderator the group for everyone
  /add NAME …, /remove NAME, /promote NAME, /demote NAME, /rename [TITLE]   for moderators of the open group
  /help, /quit        show this help, leave the client (a message that begins with a slash is typed with two: //text)";

impl<'a> Command<'a> {
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
            ("users", Some(prefix)) => Self::Users(prefix),
            ("search", Some(words)) => Self::Search(words),
            ("open", Some(name)) => Self::Open(name),
            ("accept", name) => Self::Accept(name),
            ("decline", name) => Self::Decline(name),
            ("history", None) => Self::History,
            ("reveal", Some(seq)) => seq.parse().map_or(Self::Unknown(line), Self::Reveal),
            ("send", Some(path)) => Self::Send(path),
            ("save", Some(argument)) => match cut(argument, " ") {
                (seq, Some(path)) => seq.parse().map_or(Self::Unknown(line), |seq| Self::Save(seq, path)),
                _ => Self::Unknown(line),
            },
            ("edit", Some(text)) => Self::Edit(text),
            ("delete", None) => Self::Delete(None),
            ("delete", Some(seq)) => seq.parse().map_or(Self::Unknown(line), |seq| Self::Delete(Some(seq))),
            ("react" | "unreact", Some(argument)) => {
                let (emoji, seq) = cut(argument, " ");
                match (name, seq.map(str::parse).transpose()) {
                    ("react", Ok(seq)) => Self::React(emoji, seq),
                    (_, Ok(seq)) => Self::Unreact(emoji, seq),
                    (_, Err(_)) => Self::Unknown(line),
                }
            }
            ("report", None) => Self::Report(None, None),
            ("report", Some(argument)) => {
                let (first, second) = cut(argument, " ");
                match first.parse() {
                    Ok(seq) => Self::Report(Some(seq), second),
                    Err(_) if second.is_none() => Self::Report(None, Some(first)),
                    Err(_) => Self::Unknown(line),
                }
            }
            ("mute", None) => Self::Mute(MUTED_HOURS),
            ("mute", Some(hours)) => hours.parse().map_or(Self::Unknown(line), Self::Mute),
            ("unmute", None) => Self::Unmute,
            ("pin" | "unpin", seq) => match (name, seq.map(str::parse).transpose()) {
                ("pin", Ok(seq)) => Self::Pin(seq),
                (_, Ok(seq)) => Self::Unpin(seq),
                (_, Err(_)) => Self::Unknown(line),
            },
            ("pins", None) => Self::Pins,
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
            ("clear", None) => Self::Clear(false),
            ("clear", Some("everyone")) => Self::Clear(true),
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

/// The text before a mark, and the text after it if there is any.
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
        assert_eq!(Command::parse("/edit good night"), Command::Edit("good night"));
        assert_eq!(Command::parse("/delete"), Command::Delete(None));
        assert_eq!(Command::parse("/react 👍 12"), Command::React("👍", Some(12)));
        assert_eq!(Command::parse("/unreact 👍"), Command::Unreact("👍", None));
        assert_eq!(Command::parse("/react 👍 x"), Command::Unknown("/react 👍 x"));
        assert_eq!(Command::parse("/report 12 spam"), Command::Report(Some(12), Some("spam")));
        assert_eq!(Command::parse("/report 12"), Command::Report(Some(12), None));
        assert_eq!(Command::parse("/report hate"), Command::Report(None, Some("hate")));
        assert_eq!(Command::parse("/report"), Command::Report(None, None));
        assert_eq!(Command::parse("/report he lies"), Command::Unknown("/report he lies"));
        assert_eq!(Command::parse("/pin"), Command::Pin(None));
        assert_eq!(Command::parse("/pin 12"), Command::Pin(Some(12)));
        assert_eq!(Command::parse("/unpin x"), Command::Unknown("/unpin x"));
        assert_eq!(Command::parse("/search see harbour"), Command::Search("see harbour"));
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
