//! The dashboard document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::Client;

async fn dashboard(client: &Client<'_>, institution: &str) -> Value {
    client
        .get(&format!("institutions/{institution}/dashboard"))
        .await
        .ok(200)
}

/// Every measure with its details.
async fn everything(client: &Client<'_>, institution: &str) -> Vec<Value> {
    let list = client
        .get(&format!("institutions/{institution}/measures?limit=200"))
        .await
        .ok(200);
    let mut all = Vec::new();
    for item in list["items"].as_array().unwrap() {
        let reference = item["reference"].as_str().unwrap();
        all.push(
            client
                .get(&format!("institutions/{institution}/measures/{reference}"))
                .await
                .ok(200),
        );
    }
    all
}

fn count(board: &Value, status: &str) -> i64 {
    let by_status = board["measures"]["by_status"].as_array().unwrap();
    by_status
        .iter()
        .find(|row| row["status"] == status)
        .unwrap()["count"]
        .as_i64()
        .unwrap()
}

fn coverage<'a>(board: &'a Value, module: &str) -> &'a Value {
    board["coverage"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["module"] == module)
        .unwrap()
}

fn open(measure: &Value) -> bool {
    ["proposed", "approved", "in_progress", "blocked"]
        .contains(&measure["status"].as_str().unwrap())
}

fn finished(measure: &Value) -> bool {
    ["implemented", "verified"].contains(&measure["status"].as_str().unwrap())
}

/// Compares every figure with what the lists, details and plans say.
async fn agrees(client: &Client<'_>, institution: &str) {
    let board = dashboard(client, institution).await;
    let all = everything(client, institution).await;
    assert_eq!(board["measures"]["total"], all.len());
    for row in board["measures"]["by_status"].as_array().unwrap() {
        assert_eq!(
            row["count"],
            all.iter()
                .filter(|measure| measure["status"] == row["status"])
                .count(),
            "{row}"
        );
    }
    let days: Vec<i64> = all
        .iter()
        .filter_map(|measure| measure["days_overdue"].as_i64())
        .collect();
    assert_eq!(board["overdue"]["total"], days.len());
    assert_eq!(
        board["overdue"]["max_days"].as_i64(),
        days.iter().max().copied()
    );
    for (row, (name, range)) in board["overdue"]["by_age"].as_array().unwrap().iter().zip([
        ("1-14", 1..=14),
        ("15-30", 15..=30),
        ("31-60", 31..=60),
        ("over-60", 61..=i64::MAX),
    ]) {
        assert_eq!(row["days"], name);
        assert_eq!(
            row["count"],
            days.iter().filter(|days| range.contains(days)).count(),
            "{name}"
        );
    }
    // Money: the plans once more.
    for programme in board["budget"]["programmes"].as_array().unwrap() {
        let key = programme["programme"].as_str().unwrap();
        let plan = client
            .get(&format!("institutions/{institution}/programmes/{key}/plan"))
            .await
            .ok(200);
        let mut years: BTreeMap<i64, (i64, i64, i64)> = BTreeMap::new();
        for group in plan["groups"].as_array().unwrap() {
            for entry in group["lines"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|line| line["entries"].as_array().unwrap())
            {
                let sums = years.entry(entry["year"].as_i64().unwrap()).or_default();
                let cents = entry["cents"].as_i64().unwrap();
                if entry["type"] == "financial_plan" {
                    sums.1 += cents
                } else {
                    sums.0 += cents
                }
                if entry.get("flag") == Some(&json!("conflict")) {
                    sums.2 += cents;
                }
            }
        }
        let expected: Vec<Value> = years.into_iter()
            .map(|(year, (authorised, planned, conflict))| json!({ "year": year, "authorised_cents": authorised, "planned_cents": planned, "conflict_cents": conflict })).collect();
        assert_eq!(programme["years"], json!(expected), "{key}");
    }
    // Coverage: from the links of each measure.
    let mut modules: BTreeMap<&str, [BTreeSet<&str>; 4]> = BTreeMap::new();
    for measure in all
        .iter()
        .filter(|measure| open(measure) || finished(measure))
    {
        for link in measure["links"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|link| link["kind"] == "fulfils")
        {
            let (module, target) = (
                link["module"].as_str().unwrap(),
                link["target"].as_str().unwrap(),
            );
            let sets = modules.entry(module).or_default();
            let of = if finished(measure) { 0 } else { 1 };
            if target != module {
                sets[of].insert(target);
            }
            sets[of + 2].insert(measure["reference"].as_str().unwrap());
        }
    }
    let rows = board["coverage"].as_array().unwrap();
    assert_eq!(rows.len(), modules.len(), "{institution}");
    for row in rows {
        let module = row["module"].as_str().unwrap();
        let [by_finished, by_open, finished, open] = &modules[module];
        let facts = client
            .get(&format!("catalogues/gs-2023/modules/{module}"))
            .await
            .ok(200);
        assert_eq!(
            *row,
            json!({
                "module": module, "title": facts["title"], "requirements": facts["requirements"]["active"],
                "covered_by_finished": by_finished.len(), "covered_by_open": by_open.difference(by_finished).count(),
                "finished_measures": finished.len(), "open_measures": open.len(),
            })
        );
        assert!(
            row["covered_by_finished"].as_i64().unwrap() + row["covered_by_open"].as_i64().unwrap()
                <= row["requirements"].as_i64().unwrap()
        );
    }
}

both_engines! {
    async fn of_offenburg(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let board = dashboard(&client, "offenburg").await;
        insta::assert_json_snapshot!("offenburg", board, { ".generated_at" => "[generated_at]" });
        assert_eq!(board["generated_at"], "2022-10-17T05:00:00Z");
    }

    async fn figures_are_those_of_lists_details_and_plans(app) {
        for institution in ["offenburg", "stuttgart", "konstanz"] {
            let client = app.sign_in(&format!("isb@{institution}.example")).await;
            agrees(&client, institution).await;
        }
        // Also with a measure put off, one for a module as a whole, and one that is nobody's business here.
        let isb = app.sign_in("isb@offenburg.example").await;
        let body = json!({ "title": "ganzer Baustein", "origin": "audit", "priority": 2, "fulfils": ["IND.1"] });
        isb.post("institutions/offenburg/measures", body.clone()).await.ok(201);
        let deferred = isb.post("institutions/offenburg/measures", body).await.ok(201);
        let leitung = app.sign_in("leitung@offenburg.example").await;
        leitung.step(deferred["reference"].as_str().unwrap(), "deferred", Some("später")).await.ok(200);
        agrees(&isb, "offenburg").await;
        app.set_now("2023-07-02T10:00:00Z");
        agrees(&app.sign_in("isb@offenburg.example").await, "offenburg").await;
    }

    async fn a_step_shows_at_once(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let before = dashboard(&isb, "offenburg").await;
        assert_eq!(coverage(&before, "SYS.3.2.2")["finished_measures"], 0);
        let mdm = isb.reference_of("offenburg", "OG-K1").await;
        let owner = app.sign_in("arbeitsplatz@offenburg.example").await;
        owner.step(&mdm, "implemented", Some("MDM ist ausgerollt")).await.ok(200);
        let after = dashboard(&isb, "offenburg").await;
        assert_eq!(count(&after, "in_progress"), count(&before, "in_progress") - 1);
        assert_eq!(count(&after, "implemented"), count(&before, "implemented") + 1);
        assert_eq!(after["measures"]["total"], before["measures"]["total"]);
        assert_eq!(after["overdue"]["total"].as_i64(), before["overdue"]["total"].as_i64().map(|total| total - 1));
        let row = coverage(&after, "SYS.3.2.2");
        // OG-F3 works on the same requirements and is still open.
        assert_eq!((&row["finished_measures"], &row["open_measures"]), (&json!(1), &json!(1)));
        assert_eq!((&row["covered_by_finished"], &row["covered_by_open"]), (&json!(10), &json!(0)));
        agrees(&isb, "offenburg").await;
        isb.step(&mdm, "in_progress", Some("Tablets fehlen")).await.ok(200);
        let mut again = dashboard(&isb, "offenburg").await;
        again["generated_at"] = before["generated_at"].clone();
        assert_eq!(again, before);
    }

    async fn only_those_see_it_who_may_see_all_gaps(app) {
        for (who, status) in [
            ("isb", 200), ("leitung", 200), ("revision", 200), ("it-leitung", 403), ("netz", 403), ("kaemmerei", 403), ("admin", 403), ("rat", 403),
        ] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            let answer = client.get("institutions/offenburg/dashboard").await;
            assert_eq!(answer.status.as_u16(), status, "{who}: {}", answer.text);
            client.get("institutions/stuttgart/dashboard").await.problem(404, "not_found");
        }
    }
}
