//! The catalogue: IT-Grundschutz Edition 2023 as facts.

use serde_json::{Value, json};

use crate::support::Client;

const GS: &str = "catalogues/gs-2023";

fn ids(page: &Value) -> Vec<&str> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

/// All requirements of a filter, over all pages.
async fn requirements(client: &Client<'_>, query: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client
            .get(&format!("{GS}/requirements?limit=200&{query}{cursor}"))
            .await
            .ok(200);
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

both_engines! {
    async fn counts_are_those_of_the_edition(app) {
        let client = app.sign_in("netz@offenburg.example").await;
        let list = client.get("catalogues").await.ok(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert_eq!((&list["items"][0]["key"], &list["items"][0]["edition"]), (&json!("gs-2023"), &json!("2023")));
        let overview = client.get(GS).await.ok(200);
        assert_eq!(overview["sha256"].as_str().unwrap().len(), 64);
        assert_eq!(overview["requirements"], json!({ "active": 1835, "basic": 563, "standard": 867, "elevated": 405 }));
        let layers: Vec<(&str, i64)> = overview["layers"].as_array().unwrap().iter()
            .map(|layer| (layer["id"].as_str().unwrap(), layer["requirements"]["active"].as_i64().unwrap())).collect();
        assert_eq!(layers, [
            ("ISMS", 16), ("ORP", 54), ("CON", 114), ("OPS", 247), ("DER", 128),
            ("APP", 301), ("SYS", 460), ("IND", 69), ("NET", 227), ("INF", 219),
        ]);
        let modules = client.get(&format!("{GS}/modules")).await.ok(200);
        assert_eq!(ids(&modules).len(), 111);
        let mut sums = [0; 4];
        for layer in overview["layers"].as_array().unwrap() {
            let id = layer["id"].as_str().unwrap();
            let of_layer = client.get(&format!("{GS}/modules?layer={id}")).await.ok(200);
            assert_eq!(layer["modules"], ids(&of_layer).len(), "{id}");
            assert!(of_layer["items"].as_array().unwrap().iter().all(|module| module["layer"] == id));
            for (sum, level) in sums.iter_mut().zip(["active", "basic", "standard", "elevated"]) {
                let of_modules: i64 = of_layer["items"].as_array().unwrap().iter()
                    .map(|module| module["requirements"][level].as_i64().unwrap()).sum();
                assert_eq!(layer["requirements"][level], of_modules, "{id} {level}");
                *sum += of_modules;
            }
        }
        assert_eq!(sums, [1835, 563, 867, 405]);
        let all = requirements(&client, "").await;
        assert_eq!(all.len(), 2125);
        let withdrawn = requirements(&client, "withdrawn=true").await;
        assert_eq!(withdrawn.len(), 290);
        assert!(withdrawn.iter().all(|requirement| requirement["withdrawn"] == true));
        assert_eq!(requirements(&client, "withdrawn=false").await.len(), 1835);
        for (level, count) in [("basic", 563), ("standard", 867), ("elevated", 405)] {
            assert_eq!(requirements(&client, &format!("withdrawn=false&level={level}")).await.len(), count, "{level}");
        }
        let layers: Vec<&str> = layers.iter().map(|(id, _)| *id).collect();
        let key = |id: &&str| {
            let numbers: Vec<u32> = id.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
            (layers.iter().position(|layer| id.starts_with(&format!("{layer}."))), numbers)
        };
        assert!(ids(&modules).is_sorted_by_key(key), "OPS.2.2 before OPS.2.3, as no print has it");
        let in_order: Vec<&str> = all.iter().map(|requirement| requirement["id"].as_str().unwrap()).collect();
        assert!(in_order.is_sorted_by_key(key), "A2 before A10, over all pages");
        let mut unique: Vec<&str> = all.iter().map(|requirement| requirement["id"].as_str().unwrap()).collect();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), 2125);
    }

    async fn modules_and_requirements_have_their_facts(app) {
        let client = app.sign_in("isb@konstanz.example").await;
        let mdm = client.get(&format!("{GS}/modules/SYS.3.2.2")).await.ok(200);
        assert_eq!(mdm, json!({
            "id": "SYS.3.2.2", "layer": "SYS", "title": "Mobile Device Management (MDM)", "implementation_order": "R2",
            "target_type": mdm["target_type"], "responsible_role": "IT-Betrieb", "further_roles": [],
            "requirements": { "active": 15, "basic": 6, "standard": 5, "elevated": 4 },
            "sections": [],
        }));
        assert_ne!(mdm["target_type"], "");
        let isms = client.get(&format!("{GS}/modules/ISMS.1")).await.ok(200);
        assert_eq!(isms["implementation_order"], "R1");
        // MAP-7: the title of the module, not of the table; ids as they should be written.
        assert_eq!(client.get(&format!("{GS}/modules/INF.14")).await.ok(200)["title"], "Gebäudeautomation");
        let lost_dot = client.get(&format!("{GS}/requirements/OPS.2.3.A22")).await.ok(200);
        assert_eq!((&lost_dot["module"], &lost_dot["withdrawn"]), (&json!("OPS.2.3"), &json!(false)));
        let first = client.get(&format!("{GS}/requirements/SYS.3.2.2.A1")).await.ok(200);
        assert_eq!(first["level"], "basic");
        // A role with a comma inside its parentheses is one role.
        let modules = client.get(&format!("{GS}/modules?layer=IND")).await.ok(200);
        let further = &modules["items"].as_array().unwrap().iter().find(|module| module["id"] == "IND.2.2").unwrap()["further_roles"];
        assert_eq!(*further, json!(["OT-Betrieb (Operational Technology, OT)"]));
        // Modules without a basic or standard requirement (MAP-8).
        for (module, level) in [("DER.4", "basic"), ("SYS.3.2.4", "basic"), ("IND.2.2", "basic"), ("CON.2", "standard"), ("CON.11.1", "standard"), ("IND.2.4", "standard")] {
            assert_eq!(client.get(&format!("{GS}/modules/{module}")).await.ok(200)["requirements"][level], 0, "{module}");
        }
    }

    async fn requirements_stand_by_id_or_as_in_the_document(app) {
        let client = app.sign_in("isb@stuttgart.example").await;
        let of = async |module: &str| {
            let all = requirements(&client, &format!("module={module}")).await;
            all.iter().map(|requirement| requirement["id"].as_str().unwrap().rsplit('.').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let isms = of("ISMS.1").await;
        let place = |list: &[String], id: &str| list.iter().position(|other| other == id).unwrap();
        assert!(place(&isms, "A2") < place(&isms, "A10"));
        let firewall = of("NET.3.2&sort=document").await;
        assert_eq!(firewall.iter().skip(place(&firewall, "A24")).take(3).collect::<Vec<_>>(), ["A24", "A32", "A25"]);
        let firewall = of("NET.3.2").await;
        assert_eq!(firewall.iter().skip(place(&firewall, "A24")).take(3).collect::<Vec<_>>(), ["A24", "A25", "A26"]);
        // One order, whatever the size of the page.
        for query in ["layer=NET", "layer=NET&sort=document", "layer=NET&q=a"] {
            let all: Vec<Value> = requirements(&client, query).await;
            let (mut small, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = client.get(&format!("{GS}/requirements?{query}&limit=37{cursor}")).await.ok(200);
                small.extend(page["items"].as_array().unwrap().iter().cloned());
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(small, all, "{query}");
        }
    }

    async fn searches_and_filters(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let found = requirements(&client, "q=schadprogramm&withdrawn=false").await;
        let modules: Vec<&str> = found.iter().map(|requirement| requirement["module"].as_str().unwrap()).collect();
        assert!(modules.contains(&"OPS.1.1.4"), "{modules:?}");
        assert!(found.iter().all(|requirement| requirement["title"].as_str().unwrap().to_lowercase().contains("schadprogramm")));
        assert_eq!(requirements(&client, "q=SCHADPROGRAMM&withdrawn=false").await, found);
        // Ids: case does not matter, A1 also finds A10 to A19.
        let by_id = requirements(&client, "q=SYS.3.2.2.a1&module=SYS.3.2.2").await;
        assert_eq!(by_id[0]["id"], "SYS.3.2.2.A1");
        assert!(by_id.iter().all(|requirement| requirement["id"].as_str().unwrap().starts_with("SYS.3.2.2.A1")));
        assert_eq!(requirements(&client, "q=sys.3.2.2.A1").await, by_id);
        let umlaut = requirements(&client, "q=pr%C3%BCfung").await;
        assert!(!umlaut.is_empty());
        assert_eq!(requirements(&client, "q=PRUEFUNG").await, umlaut);
        for nothing in ["q=%25", "q=_", "q=%5C", "module=SYS.3.2", "layer=sys", "layer=SY", "layer=%25", "module=NET.3.2&layer=SYS"] {
            assert!(requirements(&client, nothing).await.is_empty(), "{nothing}");
        }
        let basic = requirements(&client, "module=NET.3.2&level=basic&withdrawn=false").await;
        assert_eq!(basic.len(), 11);
        let all = requirements(&client, "").await;
        let by_hand: Vec<&Value> = all.iter()
            .filter(|r| r["module"].as_str().unwrap().starts_with("APP.") && r["level"] == "elevated" && r["withdrawn"] == true).collect();
        let by_filter = requirements(&client, "layer=APP&level=elevated&withdrawn=true").await;
        assert_eq!(by_filter.iter().collect::<Vec<_>>(), by_hand);
    }

    async fn what_is_not_there_is_said(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        for place in [
            "catalogues/gs-2022", "catalogues/gs-2022/modules", "catalogues/gs-2022/requirements", "catalogues/GS-2023",
            &format!("{GS}/modules/SYS.9.9"), &format!("{GS}/modules/sys.3.2.2"), &format!("{GS}/modules?layer=XYZ"),
            &format!("{GS}/requirements/SYS.3.2.2.A999"), &format!("{GS}/requirements/OPS.2.3A22"), &format!("{GS}/requirements/SYS.3.2.2"),
        ] {
            client.get(place).await.problem(404, "not_found");
        }
        for (query, pointer) in [
            ("level=hoch", "?level"), ("withdrawn=2", "?withdrawn"), ("limit=0", "?limit"), ("limit=201", "?limit"), ("cursor=x", "?cursor"),
            ("cursor=e30", "?cursor"), ("q=%00", "?q"), ("module=%00", "?module"), ("layer=%00", "?layer"), ("id=SYS", "?id"),
        ] {
            let problem = client.get(&format!("{GS}/requirements?{query}")).await.problem(400, "malformed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        client.get(&format!("{GS}/modules?layer=%00")).await.problem(400, "malformed");
    }

    async fn staff_reads_it_and_the_council_does_not(app) {
        let places = ["catalogues", GS, "catalogues/gs-2023/modules", "catalogues/gs-2023/modules/NET.3.2", "catalogues/gs-2023/requirements",
            "catalogues/gs-2023/requirements/NET.3.2.A1"];
        for (who, status) in [
            ("isb", 200), ("leitung", 200), ("it-leitung", 200), ("netz", 200), ("kaemmerei", 200), ("revision", 200), ("admin", 200), ("rat", 403),
        ] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            for place in places {
                let answer = client.get(place).await;
                assert_eq!(answer.status.as_u16(), status, "{who} {place}: {}", answer.text);
            }
        }
        for place in places {
            app.send(actix_web::http::Method::GET, &format!("/api/v1/{place}"), &[], None).await.problem(401, "unauthenticated");
        }
    }
}
