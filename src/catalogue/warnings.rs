//! Oddities of a file, one line each.

use std::fmt::Display;

/// Most warnings that are worth a line each.
const LINES: usize = 200;

/// Oddities with their places; past a limit they are only counted.
#[derive(Default)]
pub(super) struct Warnings {
    lines: Vec<String>,
    more: usize,
}

impl Warnings {
    pub(super) fn add(&mut self, text: impl Display) {
        if self.lines.len() < LINES {
            self.lines.push(text.to_string());
        } else {
            self.more += 1;
        }
    }

    pub(super) fn into_lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.lines.push(format!("and {} more", self.more));
        }
        self.lines
    }
}
