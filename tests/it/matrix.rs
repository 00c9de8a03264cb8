//! Who may do what, at every door: one readable table, held against the doors themselves.

use std::time::Duration;

use axum::http::Method;
use savoir_api::routes::ROUTES;
use savoir_models::id::AttachmentId;
use savoir_models::intervention::{Attachment, AttachmentKind, Stage};
use savoir_models::viewer::{Audience, Role};
use savoir_tests::call::call;
use savoir_tests::data::{content, draft, intake, reading};
use savoir_tests::house::House;
use serde_json::{Value, json};

/// Who is at the door, in the order of the table's columns. `own` and `other`: whether the intervention that is asked for
/// is their organisation's.
const COLUMNS: [(&str, Option<Role>, Option<&str>); 11] = [
    ("nobody", None, None),
    ("administrator", Some(Role::Administrator), None),
    ("coordinator", Some(Role::Coordinator), None),
    ("expert", Some(Role::Expert), None),
    ("safety", Some(Role::Safety), None),
    ("technician", Some(Role::Technician), None),
    ("contractor, own", Some(Role::Contractor), Some("Nordservice")),
    ("contractor, other", Some(Role::Contractor), Some("Sudservice")),
    ("customer, own", Some(Role::Customer), Some("Laiterie du Val")),
    ("customer, other", Some(Role::Customer), Some("Brasserie du Parc")),
    ("service", Some(Role::Service), None),
];

/// What each of them is told:
/// `+` the door opens, `!` who are you (401), `-` not with this role (403), `0` there is no such thing (404).
/// The intervention is Nordservice's at Laiterie du Val; the procedure is for contractors.
#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    //                                                             nobody
    //                                                             | administrator
    //                                                             | | coordinator
    //                                                             | | | expert
    //                                                             | | | | safety
    //                                                             | | | | | technician
    //                                                             | | | | | | contractor, own
    //                                                             | | | | | | | contractor, other
    //                                                             | | | | | | | | customer, own
    //                                                             | | | | | | | | | customer, other
    //                                                             | | | | | | | | | | service
    ("POST /api/v1/interventions",                                "! + + + - + + + - - +"),
    ("GET /api/v1/interventions",                                 "! + + + + + + + + + +"),
    ("GET /api/v1/interventions/{id}",                            "! + + + + + + 0 + 0 +"),
    ("GET /api/v1/interventions/{id}/attachments/{attachment}",   "! + + + + + + 0 - - -"),
    ("GET /api/v1/interventions/{id}/prompt",                     "! + + + + - - - - - -"),
    ("POST /api/v1/interventions/{id}/answers",                   "! + + + + + + 0 - - -"),
    ("POST /api/v1/interventions/{id}/retry",                     "! + + + - - - - - - -"),
    ("POST /api/v1/interventions/{id}/reopen",                    "! + + + - + - - - - +"),
    ("GET /api/v1/events",                                        "! + + + + + - - - - +"),
    ("GET /api/v1/reviews",                                       "! + - + + - - - - - -"),
    ("GET /api/v1/reviews/{id}",                                  "! + - + + - - - - - -"),
    ("PUT /api/v1/reviews/{id}/content",                          "! + - + + - - - - - -"),
    ("POST /api/v1/reviews/{id}/overrides",                       "! + - + + - - - - - -"),
    ("POST /api/v1/reviews/{id}/decision",                        "! + - + + - - - - - -"),
    ("POST /api/v1/reviews/{id}/comparison",                      "! + - + + - - - - - -"),
    ("GET /api/v1/openings",                                      "! + + + + - - - - - -"),
    ("POST /api/v1/openings/{id}/decision",                       "! - - - + - - - - - -"),
    ("GET /api/v1/procedures/{id}",                               "! + + + + + + + 0 0 -"),
    ("GET /api/v1/procedures/{id}/revisions",                     "! + + + + - - - - - -"),
    ("POST /api/v1/procedures/{id}/feedback",                     "! + + + + + + + 0 0 -"),
    ("GET /api/v1/search",                                        "! + + + + + + + + + -"),
    ("GET /api/v1/jobs",                                          "! + + + - - - - - - -"),
    ("GET /api/v1/status",                                        "! + + + + - - - - - -"),
    ("POST /api/v1/session",                                        "+ + + + + + + + + + +"),
    ("GET /api/v1/session",                                         "! + + + + + + + + + +"),
    ("DELETE /api/v1/session",                                      "! + + + + + + + + + +"),
    ("POST /api/v1/session/password",                               "! + + + + + + + + + +"),
    ("GET /api/v1/sessions",                                        "! + + + + + + + + + +"),
    ("DELETE /api/v1/sessions/{id}",                                "! 0 0 0 0 0 0 0 0 0 0"),
    ("POST /api/v1/links/redeem",                                   "+ + + + + + + + + + +"),
    ("GET /api/v1/accounts",                                        "! + - - - - - - - - -"),
    ("POST /api/v1/accounts",                                       "! + - - - - - - - - -"),
    ("PATCH /api/v1/accounts/{id}",                                 "! 0 - - - - - - - - -"),
    ("POST /api/v1/accounts/{id}/link",                             "! 0 - - - - - - - - -"),
    ("GET /api/v1/tokens",                                          "! + - - - - - - - - -"),
    ("POST /api/v1/tokens",                                         "! + - - - - - - - - -"),
    ("DELETE /api/v1/tokens/{id}",                                  "! 0 - - - - - - - - -"),
    ("POST /api/v1/chats",                                        "! + + + + - - - + + -"),
    ("GET /api/v1/chats/{id}",                                    "! 0 0 0 0 - - - 0 0 -"),
    ("POST /api/v1/chats/{id}/messages",                          "! + + + + - - - + + -"),
    ("GET /api/v1/requests",                                      "! + + + - - - - - - -"),
    ("GET /api/v1/requests/{id}",                                 "! 0 0 0 - - - - - - -"),
    ("POST /api/v1/requests/{id}/decision",                       "! + + + - - - - - - -"),
    ("GET /api/v1/sites",                                         "! + - - - - - - - - -"),
    ("POST /api/v1/sites",                                        "! + - - - - - - - - -"),
    ("DELETE /api/v1/sites/{id}",                                 "! 0 - - - - - - - - -"),
    ("GET /api/v1/audit",                                         "! + - - - - - - - - -"),
    // Without a provider in the settings, there is nothing behind these two.
    ("GET /api/v1/oidc/start",                                    "0 0 0 0 0 0 0 0 0 0 0"),
    ("GET /api/v1/oidc/callback",                                 "0 0 0 0 0 0 0 0 0 0 0"),
    // Pages; who has none of them is sent to the log-in by a browser, and told so otherwise.
    ("GET /",                                                     "! + + + + + + + + + -"),
    ("GET /procedures/{id}",                                      "! + + + + + + + 0 0 -"),
    ("POST /procedures/{id}/feedback",                            "! + + + + + + + + + -"),
    ("GET /reviews",                                              "! + - + + - - - - - -"),
    ("POST /reviews/refusals",                                    "! + - + + - - - - - -"),
    ("GET /reviews/{id}",                                         "! + - + + - - - - - -"),
    ("POST /reviews/{id}/edit",                                   "! + - + + - - - - - -"),
    ("POST /reviews/{id}/take",                                   "! + - + + - - - - - -"),
    ("POST /reviews/{id}/comments",                               "! + - + + - - - - - -"),
    ("POST /reviews/{id}/decision",                               "! + - + + - - - - - -"),
    ("GET /openings",                                             "! + + + + - - - - - -"),
    ("POST /openings/{id}/decision",                              "! - - - + - - - - - -"),
    ("GET /report",                                               "! + + + - + + + - - -"),
    ("POST /report",                                              "! + + + - + + + - - -"),
    ("GET /interventions",                                        "! + + + + + + + + + -"),
    ("GET /interventions/{id}",                                   "! + + + + + + 0 + 0 -"),
    ("POST /interventions/{id}/answers",                          "! + + + + + + + - - -"),
    ("POST /interventions/{id}/correction",                       "! + + + + + + + - - -"),
    ("POST /interventions/{id}/retry",                            "! + + + - - - - - - -"),
    ("GET /desk",                                                 "! + + + - - - - - - -"),
    ("GET /desk/weeks.csv",                                       "! + + + - - - - - - -"),
    ("GET /chat",                                                 "! + + + + - - - + + -"),
    ("POST /chat",                                                "! + + + + - - - + + -"),
    ("GET /chat/{key}",                                           "0 0 0 0 0 0 0 0 0 0 0"),
    ("POST /chat/{key}",                                          "+ + + + + + + + + + +"),
    ("GET /chat.js",                                              "+ + + + + + + + + + +"),
    ("GET /requests",                                             "! + + + - - - - - - -"),
    ("GET /requests/{id}",                                        "! 0 0 0 - - - - - - -"),
    ("POST /requests/{id}/decision",                              "! + + + - - - - - - -"),
    ("GET /login",                                                "+ + + + + + + + + + +"),
    ("POST /login",                                               "+ + + + + + + + + + +"),
    ("POST /logout",                                              "! + + + + + + + + + +"),
    ("GET /link",                                                 "+ + + + + + + + + + +"),
    ("POST /link",                                                "+ + + + + + + + + + +"),
    ("POST /language",                                            "+ + + + + + + + + + +"),
    ("GET /static/{file}",                                        "+ + + + + + + + + + +"),
    ("GET /api/openapi.json",                                     "+ + + + + + + + + + +"),
    ("GET /healthz",                                              "+ + + + + + + + + + +"),
    ("GET /readyz",                                               "+ + + + + + + + + + +"),
    ("GET /metrics",                                              "! + + - - - - - - - +"),
];

/// What is sent: enough to come past the door's own reading to what it is asked for, and to change nothing.
fn body(row: &str) -> Option<Value> {
    let path = row.split_once(' ').map_or("", |(_, path)| path);
    match path.rsplit('/').next().unwrap_or_default() {
        "feedback" => Some(json!({"worked": true, "comment": "x".repeat(5_001)})),
        "reopen" => Some(json!({"reason": ""})),
        "answers" => Some(json!({"answers": []})),
        _ if row.starts_with("GET") => None,
        _ => Some(json!({})),
    }
}

/// Identifiers of what is there, by the kind of thing that a path names.
struct Things {
    intervention: String,
    attachment: String,
    review: String,
    procedure: String,
    opening: String,
}

impl Things {
    fn fill(&self, path: &str) -> String {
        let kind = path.strip_prefix("/api/v1").unwrap_or(path).split('/').nth(1);
        let id = match kind {
            Some("reviews") => &self.review,
            Some("procedures") => &self.procedure,
            Some("openings") => &self.opening,
            _ => &self.intervention,
        };
        path.replace("{attachment}", &self.attachment)
            .replace("{file}", "app.css")
            .replace("{key}", "pub_none")
            .replace("{id}", id)
    }

    /// An intervention with a file, its open review, a procedure and an opening.
    async fn of(house: &House) -> Self {
        let db = &house.kit.db;
        let now = house.kit.clock.now();
        let delivery = |external: &str| {
            let mut intake = intake(external, "Remplacez le thermocouple.");
            intake.provider = Some("Nordservice".into());
            intake.customer = Some("Laiterie du Val".into());
            intake
        };
        let mut wait = content("Four : four froid", "Four froid", "Mettez l'armoire hors tension.");
        wait.applies_to.error_codes.clear();
        let waits = savoir_tests::data::reviewed(db, &delivery("T-wait"), wait).await.2.id;
        let id = savoir_models::id::InterventionId::new();
        let plan = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"plan"))]);
        let file = house.kit.blobs.put(plan, 100).await.unwrap();
        let attachment = Attachment {
            id: AttachmentId::new(),
            kind: AttachmentKind::Other,
            name: "plan.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: 4,
            blob: file.hash,
            question: None,
            removed_at: None,
        };
        let mut drawn = draft(id, content("Ensacheuse : arrêt en E42", "Arrêt en E42", "Remplacez le thermocouple."));
        let mut tx = db.begin().await.unwrap();
        let files = std::slice::from_ref(&attachment);
        tx.add_intervention(id, &delivery("T-1"), files, Stage::InReview, now).await.unwrap();
        drawn.id = tx.put_draft(&drawn).await.unwrap();
        tx.open_review(drawn.id, 45, now).await.unwrap();
        tx.commit().await.unwrap();
        let review = db.review_of(drawn.id).await.unwrap().unwrap().id;
        let decision = savoir_models::review::Decision::Approve { audience: Audience::Customer, into: None };
        let expert = savoir_models::viewer::Viewer::new("Anne", Role::Expert);
        let decided = db.decide(waits, &decision, &expert, reading(1), now).await.unwrap();
        let savoir_models::store::Decided::Done(Some(procedure)) = decided else { panic!("{decided:?}") };
        let opening = db.opening_of(procedure, 1).await.unwrap().expect("mains voltage waits");
        Self {
            intervention: id.to_string(),
            attachment: attachment.id.to_string(),
            review: review.to_string(),
            procedure: procedure.to_string(),
            opening: opening.id.to_string(),
        }
    }
}

async fn holds(house: House) {
    let things = Things::of(&house).await;
    let mut tokens = Vec::new();
    for (_, role, organisation) in COLUMNS {
        tokens.push(match role {
            Some(role) => Some(house.token(role, organisation).await),
            None => None,
        });
    }
    let mut wrong = Vec::new();
    for route in ROUTES {
        let row = format!("{} {}", route.verb(), route.path);
        let Some((_, told)) = TABLE.iter().find(|(name, _)| *name == row) else {
            wrong.push(format!("{row}: no row in the table"));
            continue;
        };
        let expected: Vec<&str> = told.split(' ').collect();
        assert_eq!(expected.len(), COLUMNS.len(), "{row}");
        for (((who, ..), token), expected) in COLUMNS.iter().zip(&tokens).zip(expected) {
            let method: Method = route.verb().parse().unwrap();
            let mut asked = call(method, &things.fill(route.path));
            if let Some(body) = body(&row) {
                asked = asked.json(&body);
            }
            if let Some(token) = token {
                asked = asked.by(token);
            }
            if route.path == "/api/v1/search" {
                asked = asked.at("/api/v1/search?q=E42");
            }
            let answer = asked.to_for(&house, Duration::from_millis(300)).await;
            let given = match answer.status.as_u16() {
                401 => "!",
                403 => "-",
                404 => "0",
                500.. => "a failure",
                _ => "+",
            };
            if given != expected {
                wrong.push(format!("{row} by {who}: {given} instead of {expected} ({})", answer.status));
            }
        }
    }
    for (row, _) in TABLE {
        if !ROUTES.iter().any(|r| format!("{} {}", r.verb(), r.path) == *row) {
            wrong.push(format!("{row}: there is no such route"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_opens_to_those_of_the_table_and_to_nobody_else() {
    holds(savoir_tests::house::house().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_too() {
    if let Some(house) = House::build().postgres().open().await {
        holds(house).await;
    }
}
