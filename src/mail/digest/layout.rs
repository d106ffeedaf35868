//! Plain text in 72 columns.

const WIDTH: usize = 72;

/// Wraps what is too long, drops trailing blanks and doubled empty lines.
///
/// The templates write one paragraph per line. A continuation is indented to
/// the second column of its line, where it has one (two blanks in a row, or a
/// leading `- `). Words longer than a line, such as links, stay whole.
pub(in crate::mail) fn fill(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty_before = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && empty_before {
            continue;
        }
        empty_before = line.is_empty();
        wrap(line, &mut out);
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
    out
}

fn wrap(line: &str, out: &mut String) {
    let hanging = hanging_indent(line);
    let mut column = line.chars().take_while(|c| *c == ' ').count();
    let mut fresh = true;
    out.extend(std::iter::repeat_n(' ', column));
    // Runs of blanks inside the line are part of its columns: kept in front of
    // the word, dropped at a break.
    for word in line.trim_start().split_inclusive(' ') {
        let width = word.trim_end().chars().count();
        if !fresh && column + width > WIDTH {
            let end = out.trim_end_matches(' ').len();
            out.truncate(end);
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', hanging));
            column = hanging;
        }
        out.push_str(word);
        column += word.chars().count();
        fresh = false;
    }
    out.push('\n');
}

fn hanging_indent(line: &str) -> usize {
    let body = line.trim_start();
    let indent = line.len() - body.len();
    if body.starts_with("- ") {
        return indent + 2;
    }
    let Some((label, rest)) = body.split_once("  ") else {
        return indent;
    };
    let gap = 2 + rest.chars().take_while(|c| *c == ' ').count();
    indent + label.chars().count() + gap
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_break_at_words() {
        let text = fill(&"Maßnahme ".repeat(20));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(text.split_whitespace().count(), 20);
        assert!(text.lines().all(|line| line == line.trim()));
    }

    #[test]
    fn continuations_hang_below_the_second_column() {
        let text = fill(&format!("  Fällig:   {}", "wort ".repeat(20)));
        let second = text.lines().nth(1).unwrap();
        assert_eq!(second.len() - second.trim_start().len(), 12);
        let text = fill(&format!("- {}", "wort ".repeat(20)));
        assert!(text.lines().nth(1).unwrap().starts_with("  wort"));
    }

    #[test]
    fn a_link_stays_whole_and_empty_lines_single() {
        let link = format!("https://zinne.example/{}", "a".repeat(90));
        let text = fill(&format!("\n\nSiehe {link}\n\n\n  \nEnde\n\n"));
        assert_eq!(text, format!("Siehe\n{link}\n\nEnde\n"));
    }
}
