//! What the stack says on the terminal.
//!
//! Lines are written by a thread of their own: a terminal or a pipe that nobody reads must not stop the requests.

use std::io::{self, Write};
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

enum Line {
    Out(String),
    Err(String),
    End,
}

/// A handle for saying something; cheap to clone.
#[derive(Clone)]
pub(crate) struct Console {
    lines: Sender<Line>,
}

impl Console {
    /// Starts the writing thread; joining it after [`Console::end`] makes sure that everything was written.
    pub(crate) fn start() -> (Self, JoinHandle<()>) {
        let (lines, received) = mpsc::channel();
        let writer = thread::spawn(move || {
            for line in received {
                // A reader that went away is no reason to stop serving.
                let _ = match line {
                    Line::Out(text) => writeln!(io::stdout(), "{text}"),
                    Line::Err(text) => writeln!(io::stderr(), "{text}"),
                    Line::End => break,
                };
            }
        });
        (Self { lines }, writer)
    }

    /// Writes a line to standard output.
    pub(crate) fn say(&self, line: impl Into<String>) {
        let _ = self.lines.send(Line::Out(line.into()));
    }

    /// Writes a line to standard error.
    pub(crate) fn warn(&self, line: impl Into<String>) {
        let _ = self.lines.send(Line::Err(line.into()));
    }

    /// Asks the writing thread to end once everything said so far is written.
    pub(crate) fn end(&self) {
        let _ = self.lines.send(Line::End);
    }
}
