//! Oddities of a file, one line each.

use std::fmt::Display;

/// Most warnings that are worth a line each.
const LINES: usize = 200;

/// Most characters of a line: a file may say anything at any length, and each line may repeat it.
const LENGTH: usize = 300;

/// Oddities with their places; past a limit they are only counted.
#[derive(Default)]
pub(crate) struct Warnings {
    lines: Vec<String>,
    more: usize,
}

impl Warnings {
    pub(crate) fn add(&mut self, text: impl Display) {
        if self.lines.len() < LINES {
            let mut line = text.to_string();
            if let Some((end, _)) = line.char_indices().nth(LENGTH) {
                line.truncate(end);
                line.push('…');
            }
            self.lines.push(line);
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn into_lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.lines.push(format!("and {} more", self.more));
        }
        self.lines
    }
}
