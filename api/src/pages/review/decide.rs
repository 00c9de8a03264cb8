//! The forms by which an expert decides, and where one goes from there: to the next review.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use savoir_models::id::{ProcedureId, ReviewId};
use savoir_models::intervention::FieldError;
use savoir_models::review::{Decision, ReviewState};

use crate::app::App;
use crate::error::{Code, Problem};
use crate::input::{At, Form};
use crate::page::{Visitor, see_other};
use crate::reviews;

/// Longer than this, nobody was reading, seconds.
const LONGEST_READING: i64 = 3_600;

/// Decides. The fields are pairs, for `accept` stands once for each change that was ticked.
pub(crate) async fn decide(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<ReviewId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let viewer = visitor.viewer()?;
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim());
    let wrong = |name: &str| {
        let (en, fr) = ("is missing or cannot be read", "manque ou n'est pas lisible");
        Problem::field(Code::InvalidFields, FieldError::new(name, "invalid", en, fr))
    };
    let seen = field("version").parse().map_err(|_| wrong("version"))?;
    let into = || field("into").parse::<ProcedureId>().map_err(|_| wrong("into"));
    let audience = || field("audience").parse().map_err(|_| wrong("audience"));
    let decision = match field("decision") {
        "approve" => {
            let into = if field("into").is_empty() { None } else { Some(into()?) };
            Decision::Approve { audience: audience()?, into }
        }
        "reject" => Decision::Reject { reason: field("reason").to_owned() },
        "merge" => Decision::Merge { into: into()? },
        "update" => {
            let ticked = fields.iter().filter(|(name, _)| name == "accept").map(|(_, value)| value.parse());
            let accept = ticked.collect::<Result<_, _>>().map_err(|_| wrong("accept"))?;
            Decision::Update { into: into()?, accept, audience: None }
        }
        "ask" => {
            let lines = field("questions").lines().map(str::trim).filter(|line| !line.is_empty());
            Decision::Ask { questions: lines.map(str::to_owned).collect() }
        }
        _ => return Err(wrong("decision")),
    };
    let next = after(&app, id).await?;
    let taken = reviews::conclude(&app, viewer, id, (seen, &decision)).await?;
    // Told by the page's script; a page that was left open over lunch says nothing of how long a review takes.
    if let Some(seconds) = field("seconds").parse().ok().filter(|s| (1..=LONGEST_READING).contains(s)) {
        let mut tx = app.kit.db.begin().await?;
        tx.note_reading(id, seconds).await?;
        tx.commit().await?;
    }
    let mut done = vec![("done", decision.word().to_owned())];
    done.extend(taken.procedure.map(|p| ("procedure", p.to_string())));
    done.extend(taken.opening.map(|_| ("waits", "1".to_owned())));
    let done = serde_urlencoded::to_string(done).unwrap_or_default();
    Ok(see_other(&match next {
        Some(next) => format!("/reviews/{next}?{done}"),
        None => format!("/reviews?{done}"),
    }))
}

/// The open review that comes after one in the queue; the first one after the last.
pub(super) async fn after(app: &App, id: ReviewId) -> Result<Option<ReviewId>, Problem> {
    let db = &app.kit.db;
    let worth = db.review(id).await?.map(|review| (review.worth, id));
    let mut next = db.reviews(ReviewState::Open, worth, 1).await?;
    if next.is_empty() {
        next = db.reviews(ReviewState::Open, None, 1).await?;
    }
    Ok(next.first().map(|review| review.id).filter(|next| *next != id))
}
