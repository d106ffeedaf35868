//! A guard at the reason for "dispensable": words that speak of cost, missing staff or a short remaining life, none of
//! which is a reason (DOMAIN MET-3, BSI-T6.6).
//!
//! It reads words, not meaning. It looks for few and plain ones, so that it seldom refuses a good reason ("kostenlos",
//! "ist abgeschaltet" pass), and a bad one in other words gets past it: the second approval and the auditor remain. It
//! names what it has found, so that a reason that is good can be put in other words.

use super::Ground;
use crate::domain::measure::search_key;

/// What was found in a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it speaks of.
    pub ground: Ground,
    /// The words, as they were written.
    pub words: String,
}

/// Words of one sentence that together speak of a ground. Each is compared without regard to case and umlauts; `|` parts
/// those of which one will do, `*` stands for any ending.
const GROUNDS: &[(Ground, &[&str])] = &[
    (
        Ground::Cost,
        &["kosten|mehrkosten|kostengr*|cost|costs|costly"],
    ),
    (
        Ground::Cost,
        &["teuer|teure|teuren|teures|expensive|unaffordable"],
    ),
    (
        Ground::Cost,
        &["budget|budgets|budgetgr*|haushaltsmittel*|geldmangel|funding"],
    ),
    (Ground::Cost, &["unwirtschaftlich*|uneconomic*"]),
    (
        Ground::Cost,
        &[
            "finanziell*|wirtschaftlich*|financial|economic",
            "grund|gruende*|reason|reasons",
        ],
    ),
    (
        Ground::Staff,
        &["personalmangel*|personalengp*|personalnot|fachkraeftemangel*|zeitmangel*|understaffed"],
    ),
    (
        Ground::Staff,
        &["personal|fachpersonal", "wenig|fehlt|fehlend*|mangels"],
    ),
    (
        Ground::Staff,
        &[
            "staff|personnel",
            "lack|lacking|shortage|short|missing|enough",
        ],
    ),
    (
        Ground::RemainingLife,
        &["restlaufzeit*|restnutzung*|restlebens*|eol"],
    ),
    (Ground::RemainingLife, &["remaining", "life|lifetime"]),
    (Ground::RemainingLife, &["end", "of", "life"]),
    (
        Ground::RemainingLife,
        &[
            "wird|werden|soll|sollen|demnaechst|bald",
            "abgeloest|abgeschaltet|stillgelegt|ausgemustert|abgeschafft",
        ],
    ),
    (
        Ground::RemainingLife,
        &[
            "wird|werden|soll|sollen|geht|gehen|demnaechst|bald",
            "ausser",
            "betrieb",
        ],
    ),
    (
        Ground::RemainingLife,
        &[
            "will|soon|about",
            "replaced|retired|decommissioned|phased|shut",
        ],
    ),
];

/// What speaks of cost, staff or a short remaining life in a reason; nothing, and the reason may stand.
#[must_use]
pub fn refused_grounds(reason: &str) -> Vec<Found> {
    let sentences = reason.split(['.', ';', '!', '?', '\n']);
    let mut found: Vec<Found> = Vec::new();
    for sentence in sentences {
        let words: Vec<(&str, String)> = sentence
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| (word, search_key(word)))
            .collect();
        for (ground, parts) in GROUNDS {
            let hits: Option<Vec<&str>> = parts.iter().map(|part| first(&words, part)).collect();
            let hit = hits.map(|hits| Found {
                ground: *ground,
                words: hits.join(" … "),
            });
            found.extend(hit.filter(|hit| !found.contains(hit)));
        }
    }
    found
}

/// The first word of a sentence that is one of `choices`, as it was written.
fn first<'a>(words: &[(&'a str, String)], choices: &str) -> Option<&'a str> {
    let fits = |key: &str| {
        choices
            .split('|')
            .any(|choice| match choice.strip_suffix('*') {
                Some(beginning) => key.starts_with(beginning),
                None => key == choice,
            })
    };
    words
        .iter()
        .find(|(_, key)| fits(key))
        .map(|(word, _)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_reason() {
        use Ground::{Cost, RemainingLife, Staff};
        for (reason, expected) in [
            (
                "Kosten/Restlaufzeit",
                vec![(Cost, "Kosten"), (RemainingLife, "Restlaufzeit")],
            ),
            ("Die Umsetzung ist zu TEUER.", vec![(Cost, "TEUER")]),
            (
                "Aus finanziellen Gründen nicht möglich",
                vec![(Cost, "finanziellen … Gründen")],
            ),
            ("Dafür gibt es kein Budget", vec![(Cost, "Budget")]),
            ("Personalmangel im Amt", vec![(Staff, "Personalmangel")]),
            ("Es fehlt an Personal", vec![(Staff, "Personal … fehlt")]),
            (
                "Das Verfahren wird Ende 2023 abgelöst",
                vec![(RemainingLife, "wird … abgelöst")],
            ),
            (
                "… da der Server demnächst abgeschaltet wird",
                vec![(RemainingLife, "demnächst … abgeschaltet")],
            ),
            (
                "Der Server geht im Januar außer Betrieb",
                vec![(RemainingLife, "geht … außer … Betrieb")],
            ),
            (
                "End-of-life in three months, and too expensive",
                vec![(Cost, "expensive"), (RemainingLife, "End … of … life")],
            ),
            (
                "The system will be retired soon",
                vec![(RemainingLife, "will … retired")],
            ),
            (
                "There is a shortage of staff",
                vec![(Staff, "staff … shortage")],
            ),
        ] {
            let found: Vec<(Ground, String)> = refused_grounds(reason)
                .into_iter()
                .map(|found| (found.ground, found.words))
                .collect();
            let expected: Vec<(Ground, String)> = expected
                .into_iter()
                .map(|(ground, words)| (ground, words.to_owned()))
                .collect();
            assert_eq!(found, expected, "{reason}");
        }
    }

    #[test]
    fn what_may_stand() {
        for reason in [
            "",
            "Auf dem System läuft kein Webserver",
            "Die WLAN-Schnittstelle ist dauerhaft abgeschaltet und plombiert",
            "Eine kostenlose Zusatzfunktion der Kostenstelle 4711 ist nicht in Gebrauch",
            "Die Anmeldung wird durch die Chipkarte ersetzt, die denselben Gefährdungen begegnet",
            "Im Serverraum arbeitet kein Personal",
            "Der Zugang ist gesperrt. Wird er gebraucht, prüft die Leitung neu; außer Haus gibt es keinen Betrieb",
            "The device has no interface of this kind",
            "No staff works in this room",
            "The modem has been decommissioned",
        ] {
            assert_eq!(refused_grounds(reason), [], "{reason}");
        }
    }
}
