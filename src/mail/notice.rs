//! A mail of sections and rows: everything but the daily digest. Whoever writes it hands over finished sentences; this module
//! bounds and lays them out, as plain text and as HTML that shows the same.

use askama::Template;

use super::digest::{Rendered, layout};
use super::one_line;
use crate::texts::{self, Language};

/// More rows than this in one section help nobody; the rest is counted.
pub const MOST_ROWS: usize = 50;

/// What one person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Language of the fixed words.
    pub language: Language,
    /// Subject line.
    pub subject: String,
    /// The recipient's display name; may be empty.
    pub recipient: String,
    /// Why they get this, and how things stand: one paragraph each.
    pub intro: Vec<String>,
    /// The body.
    pub sections: Vec<Section>,
    /// What a link leads to, and the address; all need a sign-in.
    pub links: Vec<(String, String)>,
    /// Whom they can ask: `Name <address>`.
    pub contact: Option<String>,
    /// What makes this mail unique.
    pub occurrence_key: String,
    /// Version of the reminder rules.
    pub policy_version: String,
}

/// One part of a notice. An empty one is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    /// Heading.
    pub heading: String,
    /// What it lists.
    pub rows: Vec<Row>,
    /// How many there are that are not among the rows.
    pub more: usize,
    /// Sentences, such as what is to be done.
    pub points: Vec<String>,
    /// The heading says how many there are.
    pub counted: bool,
}

/// Something listed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// `M-2022-0007`.
    pub reference: String,
    /// Title; `None` where it may not leave the house.
    pub title: Option<String>,
    /// What is known of it: a name and a value each.
    pub facts: Vec<(String, String)>,
}

impl Notice {
    /// Subject, text and HTML.
    ///
    /// # Errors
    /// A template failed.
    pub fn render(&self) -> Result<Rendered, askama::Error> {
        let word = |id: &str| texts::text(self.language, &format!("mail-{id}"), &Vec::new());
        let greeting = match one_line(&self.recipient) {
            name if name.is_empty() => word("greeting-nobody"),
            name => texts::text(self.language, "mail-greeting", &vec![("name", name)]),
        };
        let sections: Vec<Section> = self
            .sections
            .iter()
            .filter(|section| section.total() > 0 || !section.points.is_empty())
            .map(Section::bounded)
            .collect();
        let view = View {
            lang: self.language.as_str(),
            subject: one_line(&self.subject),
            greeting,
            intro: self.intro.iter().map(|text| one_line(text)).collect(),
            sections: sections
                .into_iter()
                .map(|section| SectionView {
                    total: if section.counted { section.total() } else { 0 },
                    rest: (section.more > 0).then(|| {
                        texts::text(
                            self.language,
                            "mail-more",
                            &vec![("count", section.more.to_string())],
                        )
                    }),
                    section,
                })
                .collect(),
            links: &self.links,
            contact: self.contact.as_ref().map(|contact| {
                texts::text(
                    self.language,
                    "mail-contact",
                    &vec![("contact", one_line(contact))],
                )
            }),
            confidential: word("confidential"),
            automatic: word("automatic"),
            policy: format!("{} {}", word("policy"), one_line(&self.policy_version)),
            key: format!("{} {}", word("key"), one_line(&self.occurrence_key)),
        };
        Ok(Rendered {
            subject: view.subject.clone(),
            text: layout::fill(&Text { view: &view }.render()?),
            html: Html { view: &view }.render()?,
        })
    }
}

impl Section {
    /// Rows that there are, shown or not.
    pub fn total(&self) -> usize {
        self.rows.len() + self.more
    }

    fn bounded(&self) -> Section {
        let row = |row: &Row| Row {
            reference: one_line(&row.reference),
            title: row.title.as_deref().map(one_line),
            facts: row
                .facts
                .iter()
                .map(|(name, value)| (one_line(name), one_line(value)))
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        };
        Section {
            heading: one_line(&self.heading),
            rows: self.rows.iter().take(MOST_ROWS).map(row).collect(),
            more: self.more + self.rows.len().saturating_sub(MOST_ROWS),
            points: self.points.iter().map(|text| one_line(text)).collect(),
            counted: self.counted,
        }
    }
}

/// What the templates see.
struct View<'a> {
    lang: &'a str,
    subject: String,
    greeting: String,
    intro: Vec<String>,
    sections: Vec<SectionView>,
    links: &'a [(String, String)],
    contact: Option<String>,
    confidential: String,
    automatic: String,
    policy: String,
    key: String,
}

struct SectionView {
    section: Section,
    /// Said in the heading, where it is not zero.
    total: usize,
    rest: Option<String>,
}

impl SectionView {
    /// The heading as the plain text has it.
    fn loud(&self) -> String {
        self.section.heading.to_uppercase()
    }
}

/// A name and the blanks up to the column of the values.
fn column(name: &str) -> String {
    format!("{:<17}", format!("{name}:"))
}

#[derive(Template)]
#[template(path = "notice/body.txt")]
struct Text<'a> {
    view: &'a View<'a>,
}

#[derive(Template)]
#[template(path = "notice/body.html")]
struct Html<'a> {
    view: &'a View<'a>,
}

#[cfg(test)]
#[path = "notice_tests.rs"]
mod tests;
