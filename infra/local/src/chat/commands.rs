//! What a line that somebody types means.

/// A line, understood.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Command<'a> {
    Say(&'a str),
    List,
    Requests,
    Search(&'a str),
    Open(&'a str),
    Accept(Option<&'a str>),
    Decline(Option<&'a str>),
    History,
    Follow(&'a str),
    Unfollow(&'a str),
    Block(&'a str),
    Unblock(&'a str),
    Help,
    Quit,
    Nothing,
    Unknown(&'a str),
}

/// The help text.
pub(super) const HELP: &str = "\
  /list               your conversations, the newest first
  /requests           people who wrote to you and whom you don't follow
  /search NAME        users whose names begin so
  /open NAME          talk with NAME; what you type then goes there
  /accept, /decline   answer the open request (or /accept NAME)
  /history            the last messages of the open conversation
  /follow NAME, /unfollow NAME, /block NAME, /unblock NAME
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
            ("search", Some(prefix)) => Self::Search(prefix),
            ("open", Some(name)) => Self::Open(name),
            ("accept", name) => Self::Accept(name),
            ("decline", name) => Self::Decline(name),
            ("history", None) => Self::History,
            ("follow", Some(name)) => Self::Follow(name),
            ("unfollow", Some(name)) => Self::Unfollow(name),
            ("block", Some(name)) => Self::Block(name),
            ("unblock", Some(name)) => Self::Unblock(name),
            ("help", _) => Self::Help,
            ("quit" | "exit", _) => Self::Quit,
            _ => Self::Unknown(line),
        }
    }
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
        assert_eq!(Command::parse("  "), Command::Nothing);
    }
}
