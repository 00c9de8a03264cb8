//! The review queue: read, edit, vouch, decide, compare again.

mod compare;
mod elsewhere;
mod refused;
mod vouch;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use savoir_models::audit::{Action, Entry};
use savoir_models::content::Content;
use savoir_models::draft::{Draft, Known, Verdict};
use savoir_models::evidence::{Case, Source};
use savoir_models::id::{InterventionId, ProcedureId, ReviewId};
use savoir_models::intervention::{Attachment, FieldError};
use savoir_models::opening::{Opening, OpeningState};
use savoir_models::review::{Decision, Review, ReviewState};
use savoir_models::store::{Decided, Queued, Reading};
use savoir_models::viewer::Viewer;
use savoir_pipeline::verify::hazards;
use savoir_pipeline::verify::verify;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(crate) use compare::{__path_compare, compare};
pub(crate) use vouch::{__path_vouch, Overrides, Vouched, overridden, vouch};

use self::elsewhere::OtherTexts;
use self::refused::{already, refused, stale};
use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{self, Ask, At, Page};

/// Which reviews to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Only those in this state; `open` when left out.
    state: Option<ReviewState>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// A line of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewLine {
    #[serde(flatten)]
    pub(crate) review: Review,
    pub(crate) title: String,
    /// Kind of machine.
    pub(crate) family: Option<String>,
    /// What comparing said.
    pub(crate) verdict: Option<Verdict>,
    /// How many findings nobody vouches for yet.
    pub(crate) open_findings: usize,
    /// The draft's version, which `If-Match` names.
    pub(crate) version: i64,
}

/// Lists reviews, the most worthwhile first.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "reviews", params(Listing),
    responses((status = 200, body = Page<ReviewLine>, description = "A page")))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    _bearer: Bearer,
    Ask(asked): Ask<Listing>,
) -> Result<Json<Page<ReviewLine>>, Problem> {
    let limit = input::limit(asked.limit, 50, 200)?;
    let after = input::cursor(asked.cursor.as_ref(), |text| {
        let (worth, id) = text.split_once('_')?;
        let worth = f64::from_bits(u64::from_str_radix(worth, 16).ok()?);
        Some((worth, id.parse().ok()?))
    })?;
    let lines = queue(&app, asked.state.unwrap_or(ReviewState::Open), after, limit + 1).await?;
    let cursor = |l: &ReviewLine| format!("{:016x}_{}", l.review.worth.to_bits(), l.review.id);
    Ok(Json(Page::of(lines, limit, cursor, |l| l)))
}

/// Reviews in a state, the most worthwhile first, after the cursor.
pub(crate) async fn queue(
    app: &App,
    state: ReviewState,
    after: Option<(f64, ReviewId)>,
    limit: i64,
) -> Result<Vec<ReviewLine>, Problem> {
    let line = |queued: Queued| ReviewLine {
        open_findings: queued.content.open_findings().len(),
        title: queued.content.title.text,
        family: queued.content.applies_to.family,
        verdict: queued.verdict,
        version: queued.version,
        review: queued.review,
    };
    Ok(app.kit.db.queue(state, after, limit).await?.into_iter().map(line).collect())
}

/// A text that statements of the draft rest on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceText {
    pub(crate) source: Source,
    /// Its words; the places of quotes are bytes of it.
    pub(crate) text: String,
}

impl EvidenceText {
    fn of(case: &Case) -> Vec<Self> {
        case.texts().into_iter().map(|t| Self { source: t.source, text: t.text.into_owned() }).collect()
    }
}

/// What the draft is near to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Nearest {
    pub(crate) known: Known,
    /// The procedure that it is, or has become since: what a decision may name.
    pub(crate) procedure: Option<ProcedureId>,
    pub(crate) content: Content,
    /// What it says with every change that the draft proposes for it, as unified diff lines; missing when nothing is
    /// proposed, or no longer for these two texts: then have them compared again.
    pub(crate) diff: Option<String>,
}

/// A review with all that one needs to decide.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewPage {
    pub(crate) review: Review,
    pub(crate) draft: Draft,
    /// Every text of the draft's own case, in reading order.
    pub(crate) texts: Vec<EvidenceText>,
    /// Those of other cases, where statements were taken over from one.
    pub(crate) elsewhere: Vec<OtherTexts>,
    /// Files of the draft's own case.
    pub(crate) attachments: Vec<Attachment>,
    /// Every intervention that the draft stands for.
    pub(crate) cases: Vec<InterventionId>,
    /// The nearest known text, when comparing named one.
    pub(crate) nearest: Option<Nearest>,
}

/// Shows a review; its ETag is the draft's version.
#[utoipa::path(get, path = "/api/v1/reviews/{id}", tag = "reviews", params(("id" = ReviewId, Path)),
    responses((status = 200, body = ReviewPage, description = "The review", headers(("ETag" = String)))))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<ReviewId>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<ReviewPage>), Problem> {
    let page = read(&app, &bearer.viewer, id).await?;
    Ok(([(header::ETAG, input::etag(page.draft.version))], Json(page)))
}

/// A review with all that `viewer` needs to decide.
pub(crate) async fn read(app: &App, viewer: &Viewer, id: ReviewId) -> Result<ReviewPage, Problem> {
    let db = &app.kit.db;
    let (review, draft) = found(app, id).await?;
    let case = db.case(draft.intervention).await?.ok_or(Code::Internal)?;
    let texts = EvidenceText::of(&case);
    let elsewhere = elsewhere::texts(app, &draft.content).await?;
    let nearest = match draft.comparison.as_ref().and_then(|c| c.nearest) {
        Some(known) => nearest(app, known, &draft, viewer).await?,
        None => None,
    };
    let cases = db.cases_of(draft.id).await?;
    let attachments = case.intervention.attachments;
    Ok(ReviewPage { review, draft, texts, elsewhere, attachments, cases, nearest })
}

async fn found(app: &App, id: ReviewId) -> Result<(Review, Draft), Problem> {
    let review = app.kit.db.review(id).await?.ok_or(Code::NotFound)?;
    let draft = app.kit.db.draft(review.draft).await?.ok_or(Code::Internal)?;
    Ok((review, draft))
}

async fn nearest(app: &App, known: Known, draft: &Draft, viewer: &Viewer) -> Result<Option<Nearest>, Problem> {
    let db = &app.kit.db;
    let (content, version, procedure) = match known {
        Known::Procedure(id) => match db.procedure(id, viewer).await? {
            Some(found) => (found.revision.content, found.revision.number, Some(id)),
            None => return Ok(None),
        },
        Known::Draft(id) => match db.draft(id).await? {
            Some(found) => {
                let its = db.intervention(found.intervention, viewer).await?;
                (found.content, found.version, its.and_then(|i| i.procedure))
            }
            None => return Ok(None),
        },
    };
    let proposal = draft.comparison.as_ref().and_then(|c| c.proposal.as_ref());
    let fits = proposal.filter(|p| p.known_version == version && p.draft_version == draft.version);
    let diff = fits.map(|p| p.diff(&content, &(0..p.changes.len()).collect::<Vec<_>>()));
    Ok(Some(Nearest { known, procedure, content, diff }))
}

/// The draft's new version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Edited {
    /// What `If-Match` names next.
    version: i64,
    /// How many findings nobody vouches for yet; with any, the draft cannot be approved.
    open_findings: usize,
}

/// Replaces the content of a draft under review.
#[utoipa::path(put, path = "/api/v1/reviews/{id}/content", tag = "reviews",
    params(("id" = ReviewId, Path), ("If-Match" = String, Header, description = "The ETag of what was read")),
    request_body = Content,
    responses(
        (status = 200, body = Edited, description = "Kept, with its diff and author", headers(("ETag" = String))),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "already_decided"),
        (status = 412, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "stale"),
        (status = 428, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "version_missing"),
    ))]
pub(crate) async fn edit(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<ReviewId>,
    headers: HeaderMap,
    input::Json(content): input::Json<Content>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<Edited>), Problem> {
    let seen = input::if_match(&headers)?;
    let edited = replace(&app, &bearer.viewer, id, (seen, content)).await?;
    Ok(([(header::ETAG, input::etag(edited.version))], Json(edited)))
}

/// Replaces the content of the draft that was read at version `seen`.
pub(crate) async fn replace(
    app: &App,
    viewer: &Viewer,
    id: ReviewId,
    (seen, mut content): (i64, Content),
) -> Result<Edited, Problem> {
    let (review, draft) = found(app, id).await?;
    still_open(&review)?;
    if draft.version != seen {
        return Err(stale(seen, draft.version));
    }
    let errors = content.check();
    if !errors.is_empty() {
        return Err(Problem::fields(Code::InvalidFields, errors));
    }
    content.keep_findings(&draft.content);
    let case = app.kit.db.case(draft.intervention).await?.ok_or(Code::Internal)?;
    let redaction = app.kit.db.redaction(draft.intervention).await?.unwrap_or_default();
    verify(&case, &redaction, &mut content);
    let edited = Entry::new(viewer, Action::DraftEdited, id, format!("version {} replaced", draft.version));
    keep(app, &draft, &content, viewer, (id, edited)).await
}

/// Keeps what an expert made of a draft, unless somebody was quicker.
async fn keep(
    app: &App,
    draft: &Draft,
    content: &Content,
    by: &Viewer,
    (id, entry): (ReviewId, Entry),
) -> Result<Edited, Problem> {
    let mut tx = app.kit.db.begin().await?;
    let now = app.kit.clock.now();
    let Some(version) = tx.edit_draft(draft, content, by, now).await? else {
        drop(tx);
        let (review, current) = found(app, id).await?;
        still_open(&review)?;
        return Err(stale(draft.version, current.version));
    };
    tx.note(entry, now);
    tx.commit().await?;
    let open_findings = content.open_findings().len();
    Ok(Edited { version, open_findings })
}

fn still_open(review: &Review) -> Result<(), Problem> {
    if review.state == ReviewState::Open {
        return Ok(());
    }
    let decision = review.decision.clone().unwrap_or_else(|| review.state.to_string());
    Err(already(&decision, review.decided_by.as_deref().unwrap_or("?")))
}

/// What followed from a decision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecisionTaken {
    review: Review,
    /// The procedure that was made, changed or added to.
    pub(crate) procedure: Option<ProcedureId>,
    /// What waits for the safety role, when customers are to see it and it can hurt: until then contractors at most do.
    pub(crate) opening: Option<Opening>,
}

/// Decides.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/decision", tag = "reviews",
    params(("id" = ReviewId, Path), ("If-Match" = String, Header, description = "The ETag of what was read")),
    request_body = Decision,
    responses(
        (status = 200, body = DecisionTaken, description = "It stands"),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "already_decided, procedure_unavailable, compared_before, open_findings"),
        (status = 412, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "stale"),
        (status = 428, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "version_missing"),
    ))]
pub(crate) async fn decide(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<ReviewId>,
    headers: HeaderMap,
    input::Json(decision): input::Json<Decision>,
) -> Result<Json<DecisionTaken>, Problem> {
    let seen = input::if_match(&headers)?;
    conclude(&app, &bearer.viewer, id, (seen, &decision)).await.map(Json)
}

/// Decides on the draft that was read at version `seen`.
pub(crate) async fn conclude(
    app: &App,
    viewer: &Viewer,
    id: ReviewId,
    (seen, decision): (i64, &Decision),
) -> Result<DecisionTaken, Problem> {
    let now = app.kit.clock.now();
    match app.kit.db.decide(id, decision, viewer, Reading { version: seen, dangers: hazards::kinds }, now).await? {
        Decided::Done(procedure) => {
            app.kit.work.notify_one();
            // What is kept from somebody from now on is taken out of the indexes.
            app.kit.passages.notify_one();
            let (review, _) = found(app, id).await?;
            let opening = match procedure {
                Some(id) => waiting(app, id, viewer).await?,
                None => None,
            };
            Ok(DecisionTaken { review, procedure, opening })
        }
        Decided::Refused(refusal) => Err(refused(refusal)),
        Decided::NoReview => Err(Code::NotFound.into()),
        Decided::NoProcedure(procedure) => {
            let (_, _, en, fr) = Code::ProcedureUnavailable.row();
            let error =
                FieldError::new("into", "unavailable", format!("{procedure}: {en}"), format!("{procedure} : {fr}"));
            Err(Problem::field(Code::ProcedureUnavailable, error))
        }
    }
}

/// The opening of a procedure's current revision, while it waits.
async fn waiting(app: &App, id: ProcedureId, viewer: &Viewer) -> Result<Option<Opening>, Problem> {
    let Some(known) = app.kit.db.procedure(id, viewer).await? else { return Ok(None) };
    let opening = app.kit.db.opening_of(id, known.revision.number).await?;
    Ok(opening.filter(|o| o.state == OpeningState::Open))
}
