//! Output to the terminal.
//!
//! A separate thread writes the lines, so that a terminal or pipe that blocks cannot stop the requests.

use std::io::{self, Write};
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

enum Line {
    Out(String),
    Err(String),
    End,
}

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Console {
    lines: Sender<Line>,
}

impl Console {
    /// Starts the writing thread. Join it after [`Console::end`] to be sure that everything is written.
    pub(crate) fn start() -> (Self, JoinHandle<()>) {
        let (lines, received) = mpsc::channel();
        let writer = thread::spawn(move || {
            for line in received {
                // The stack goes on if the reader of its output is gone.
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

    /// Ends the writing thread after the lines so far.
    pub(crate) fn end(&self) {
        let _ = self.lines.send(Line::End);
    }
}
