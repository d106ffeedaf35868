//! Whom a deadline concerns, and as what (DOMAIN §5.3, §5.5, REM-11).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ladder::Capacity;
use crate::domain::access::{Grant, Role};
use crate::domain::deadline::Deadline;

/// Somebody who can get a mail: an account that may sign in, with its roles in the institution.
#[derive(Debug, Clone)]
pub struct Person {
    /// User id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Roles with the units they are limited to.
    pub grants: Vec<Grant>,
    /// The last mail to them came back.
    pub bouncing: bool,
}

impl Person {
    /// Whether somebody has a role, in any unit.
    pub fn has(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// Whether somebody leads a unit; whoever leads all does as well.
    fn leads(&self, unit: Option<&str>) -> bool {
        let of_unit = |grant: &Grant| grant.org_unit.is_none() || grant.org_unit.as_deref() == unit;
        self.grants
            .iter()
            .any(|grant| grant.role == Role::Head && of_unit(grant))
    }
}

/// Everybody in an institution who can get a mail, and who stands in for whom today.
#[derive(Debug, Default)]
pub struct People {
    people: BTreeMap<String, Person>,
    /// User id of the one who stands in, by that of the one who is away.
    away: HashMap<String, String>,
}

impl People {
    /// From the accounts and from whoever is away on the day, with who stands in.
    pub fn new(people: impl IntoIterator<Item = Person>, away: Vec<(String, String)>) -> Self {
        People {
            people: people
                .into_iter()
                .map(|person| (person.id.clone(), person))
                .collect(),
            away: away.into_iter().collect(),
        }
    }

    /// Somebody by their user id.
    pub fn get(&self, id: &str) -> Option<&Person> {
        self.people.get(id)
    }

    /// Everybody with a role.
    pub fn with(&self, role: Role) -> impl Iterator<Item = &Person> {
        self.people.values().filter(move |person| person.has(role))
    }

    /// Nobody whom mail reaches answers for the deadline: it shows at the ISB as "ohne Verantwortliche".
    pub fn nobody_answers(&self, deadline: &Deadline) -> bool {
        deadline.role.is_none() && self.reached_owner(deadline).is_none()
    }

    fn reached_owner(&self, deadline: &Deadline) -> Option<&Person> {
        let owner = self.get(deadline.owner.as_deref()?)?;
        (!owner.bouncing).then_some(owner)
    }

    /// Whom a deadline concerns, and as what. Somebody who is several things is there once.
    pub fn concerned(&self, deadline: &Deadline) -> BTreeMap<&str, BTreeSet<Capacity>> {
        let mut concerned: BTreeMap<&str, BTreeSet<Capacity>> = BTreeMap::new();
        for (capacity, people) in [
            (Capacity::Owner, self.answering(deadline)),
            (Capacity::Isb, self.with(Role::Isb).collect()),
            (Capacity::Head, self.heads(deadline)),
            (Capacity::Management, self.with(Role::Management).collect()),
        ] {
            for person in people {
                concerned.entry(&person.id).or_default().insert(capacity);
            }
        }
        concerned
    }

    /// Whoever answers for it: the owner, and the deputy while the owner is away; where mail reaches no owner, the
    /// deputy, else the heads of the unit; where a role answers, everybody who has it. The ISB where there is nobody.
    fn answering(&self, deadline: &Deadline) -> Vec<&Person> {
        if let (None, Some(role)) = (&deadline.owner, deadline.role) {
            let having: Vec<&Person> = match role {
                Role::Head => self.heads(deadline),
                role => self.with(role).collect(),
            };
            return self.or_isb(having);
        }
        let owner = deadline.owner.as_deref().and_then(|id| self.get(id));
        let reached = self.reached_owner(deadline);
        let stands_in = owner.and_then(|owner| self.away.get(&owner.id));
        if let (Some(owner), None) = (reached, stands_in) {
            return vec![owner];
        }
        // An address from which mail came back is tried again, and whoever is away finds it when they return.
        let mut answering: Vec<&Person> = owner.into_iter().collect();
        let mut deputies = stands_in.into_iter().chain(&deadline.deputy);
        match deputies.find_map(|id| {
            self.get(id)
                .filter(|deputy| Some(&deputy.id) != deadline.owner.as_ref())
        }) {
            Some(deputy) => answering.push(deputy),
            None if reached.is_none() => answering.extend(self.heads(deadline)),
            None => {}
        }
        self.or_isb(answering)
    }

    fn or_isb<'p>(&'p self, people: Vec<&'p Person>) -> Vec<&'p Person> {
        if people.is_empty() {
            return self.with(Role::Isb).collect();
        }
        people
    }

    /// Whoever leads the unit, and whoever leads all of them.
    fn heads(&self, deadline: &Deadline) -> Vec<&Person> {
        let unit = deadline.org_unit.as_deref();
        self.people
            .values()
            .filter(|person| person.leads(unit))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reminder::plan::tests::{deadline, person};

    fn people(away: &[(&str, &str)]) -> People {
        let mut bounces = person("bounces", &[(Role::Owner, None)]);
        bounces.bouncing = true;
        let everybody = [
            bounces,
            person("owner", &[(Role::Owner, None)]),
            person("deputy", &[(Role::Owner, None)]),
            person("head-it", &[(Role::Head, Some("IT"))]),
            person("head-bau", &[(Role::Head, Some("Bauamt"))]),
            person("isb", &[(Role::Isb, None), (Role::Owner, None)]),
            person("mayor", &[(Role::Management, None)]),
            person("money", &[(Role::Finance, None)]),
        ];
        let away = away
            .iter()
            .map(|(who, deputy)| ((*who).to_owned(), (*deputy).to_owned()));
        People::new(everybody, away.collect())
    }

    fn as_owner(people: &People, deadline: &Deadline) -> String {
        let concerned = people.concerned(deadline);
        let told = concerned
            .iter()
            .filter(|(_, told_as)| told_as.contains(&Capacity::Owner));
        told.map(|(id, _)| *id).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn who_answers_for_a_deadline() {
        let at_work = people(&[]);
        let away = people(&[("owner", "deputy"), ("isb", "gone")]);
        for (people, owner, deputy, role, expected, unowned) in [
            (
                &at_work,
                Some("owner"),
                Some("deputy"),
                None,
                "owner",
                false,
            ),
            (&at_work, Some("gone"), Some("deputy"), None, "deputy", true),
            (&at_work, Some("gone"), None, None, "head-it", true),
            (&at_work, Some("gone"), Some("gone"), None, "head-it", true),
            (&at_work, None, None, None, "head-it", true),
            (&at_work, None, Some("deputy"), None, "deputy", true),
            (
                &at_work,
                Some("bounces"),
                Some("deputy"),
                None,
                "bounces deputy",
                true,
            ),
            (
                &at_work,
                Some("bounces"),
                None,
                None,
                "bounces head-it",
                true,
            ),
            (&at_work, None, None, Some(Role::Finance), "money", false),
            (&at_work, None, None, Some(Role::Head), "head-it", false),
            (&at_work, None, None, Some(Role::Auditor), "isb", false),
            (
                &at_work,
                Some("owner"),
                None,
                Some(Role::Isb),
                "owner",
                false,
            ),
            (&away, Some("owner"), None, None, "deputy owner", false),
            (
                &away,
                Some("isb"),
                Some("deputy"),
                None,
                "deputy isb",
                false,
            ),
            (&away, Some("isb"), None, None, "isb", false),
        ] {
            let deadline = Deadline {
                owner: owner.map(str::to_owned),
                deputy: deputy.map(str::to_owned),
                role,
                org_unit: Some("IT".to_owned()),
                ..deadline("1", "2026-03-31")
            };
            assert_eq!(
                as_owner(people, &deadline),
                expected,
                "{owner:?} {deputy:?} {role:?}"
            );
            assert_eq!(
                people.nobody_answers(&deadline),
                unowned,
                "{owner:?} {deputy:?} {role:?}"
            );
        }
        let nowhere = Deadline {
            owner: None,
            org_unit: Some("Museum".to_owned()),
            ..deadline("1", "2026-03-31")
        };
        assert_eq!(as_owner(&at_work, &nowhere), "isb", "nobody leads the unit");
    }

    #[test]
    fn somebody_who_is_several_things_is_there_once() {
        let deadline = Deadline {
            owner: Some("isb".to_owned()),
            ..deadline("1", "2026-03-31")
        };
        let people = people(&[]);
        let concerned = people.concerned(&deadline);
        assert_eq!(
            concerned["isb"],
            BTreeSet::from([Capacity::Owner, Capacity::Isb])
        );
        assert_eq!(concerned["mayor"], BTreeSet::from([Capacity::Management]));
    }
}
