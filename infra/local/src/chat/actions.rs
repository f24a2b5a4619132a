//! The command dispatch.

use std::ops::ControlFlow;

use super::commands::{Command, HELP};
use super::failure::Failure;
use super::session::Session;

impl Session {
    /// Executes a line.
    pub(super) async fn execute(&mut self, line: &str) -> ControlFlow<()> {
        let command = Command::parse(line);
        if command == Command::Quit {
            return ControlFlow::Break(());
        }
        if let Err(failure) = self.dispatch(command).await {
            self.report(&failure);
        }
        ControlFlow::Continue(())
    }

    async fn dispatch(&mut self, command: Command<'_>) -> Result<(), Failure> {
        match command {
            Command::Nothing | Command::Quit => Ok(()),
            Command::Help => {
                self.console.say(HELP);
                Ok(())
            }
            Command::Unknown(line) => Err(Failure::Impossible(format!("{line} is not a command; /help lists them"))),
            Command::Say(text) => self.say(text).await,
            Command::List => self.list(&["inbox"], "").await,
            Command::Requests => self.list(&["requests"], "").await,
            Command::Room(id) => self.room(id).await,
            Command::Users(prefix) => self.list_users(prefix).await,
            Command::Search(words) => self.search(words).await,
            Command::Open(name) => self.open(name).await,
            Command::Accept(name) => self.decide(name, "accept").await,
            Command::Decline(name) => self.decide(name, "decline").await,
            Command::History => self.history().await,
            Command::Reveal(seq) => self.reveal(seq).await,
            Command::Send(path) => self.send_file(path).await,
            Command::Save(seq, path) => self.save_file(seq, path).await,
            Command::Edit(text) => self.edit(text).await,
            Command::Delete(seq) => self.delete(seq).await,
            Command::React(emoji, seq) => self.react(emoji, seq, true).await,
            Command::Unreact(emoji, seq) => self.react(emoji, seq, false).await,
            Command::Report(seq, reason) => self.report_to_operators(seq, reason).await,
            Command::Mute(hours) => self.mute(Some(hours)).await,
            Command::Unmute => self.mute(None).await,
            Command::Pin(None) => self.pin(true).await,
            Command::Unpin(None) => self.pin(false).await,
            Command::Pin(Some(seq)) => self.pin_message(seq, true).await,
            Command::Unpin(Some(seq)) => self.pin_message(seq, false).await,
            Command::Pins => self.pins().await,
            Command::Follow(name) => self.set_edge("following", name, true).await,
            Command::Unfollow(name) => self.set_edge("following", name, false).await,
            Command::Block(name) => self.set_edge("blocked", name, true).await,
            Command::Unblock(name) => self.set_edge("blocked", name, false).await,
            Command::Group(plan) => self.create(plan).await,
            Command::Members => self.members().await,
            Command::Add(names) => self.add(&names).await,
            Command::Remove(name) => self.remove(name).await,
            Command::Promote(name) => self.role(name, "moderator").await,
            Command::Demote(name) => self.role(name, "member").await,
            Command::Rename(title) => self.rename(title).await,
            Command::Stay => self.stay().await,
            Command::Leave => self.leave().await,
            Command::Clear(everyone) => self.clear(everyone).await,
        }
    }
}
