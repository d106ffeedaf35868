//! What the benchmarks print: a line at once, a table of medians at the end.

/// A line of the table at the end.
pub struct Row {
    pub what: String,
    pub zinne: String,
    pub bare: String,
    pub ratio: String,
    pub wanted: String,
}

pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    if figures.len() % 2 == 1 {
        figures[middle]
    } else {
        f64::midpoint(figures[middle - 1], figures[middle])
    }
}

pub fn say(line: &str) {
    println!("{line}");
}

pub fn table(rows: &[Row]) {
    let cells =
        |row: &Row| [&row.what, &row.zinne, &row.bare, &row.ratio, &row.wanted].map(String::clone);
    let head = ["", "zinne", "bare", "ratio", "wanted"].map(str::to_owned);
    let lines: Vec<[String; 5]> = std::iter::once(head)
        .chain(rows.iter().map(cells))
        .collect();
    let width = |column: usize| {
        lines
            .iter()
            .map(|line| line[column].chars().count())
            .max()
            .unwrap()
    };
    let widths: Vec<usize> = (0..5).map(width).collect();
    say("");
    for (number, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        say(&format!("| {} |", cells.join(" | ")));
        if number == 0 {
            let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            say(&format!("| {} |", rule.join(" | ")));
        }
    }
}
