//! A draft beside its evidence: what the expert reads, mends and decides.

mod decide;
mod edit;
mod evidence;
mod talk;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use savoir_models::content::{Content, HazardKind, Statement};
use savoir_models::draft::Verdict;
use savoir_models::id::{InterventionId, ProcedureId, ReviewId};
use savoir_models::intervention::Attachment;
use savoir_models::proposal::Change;
use savoir_models::review::ReviewState;
use savoir_models::store::Comment;
use savoir_models::text::Language;
use savoir_models::viewer::Audience;
use serde::Deserialize;

pub(crate) use decide::decide;
pub(crate) use edit::edit;
pub(crate) use talk::{say, take};

use self::evidence::{Text, row, texts};
use crate::app::App;
use crate::error::{Code, Problem};
use crate::input::{Ask, At};
use crate::page::{Frame, Visitor};
use crate::reviews::{self, ReviewPage};
use crate::words::{Bench, audience, count, fill, hazard};

#[derive(Template)]
#[template(path = "review.html")]
struct Page {
    frame: Frame,
    t: &'static Bench,
    id: ReviewId,
    version: i64,
    /// Why it takes no change any more.
    closed: Option<String>,
    content: Content,
    sections: Vec<Section>,
    texts: Vec<Text>,
    files: Vec<File>,
    open_findings: usize,
    told_findings: String,
    why: String,
    compared: Option<Compared>,
    audiences: Vec<(Audience, &'static str)>,
    kinds: Vec<(HazardKind, &'static str)>,
    next: Option<ReviewId>,
    taken_by: Option<String>,
    is_mine: bool,
    comments: Vec<Comment>,
    done: Option<Done>,
}

/// A list of statements.
struct Section {
    name: &'static str,
    title: &'static str,
    rows: Vec<Row>,
    /// Whether one more may be added.
    grows: bool,
    /// Whether its order counts.
    is_ordered: bool,
}

/// A statement.
struct Row {
    path: String,
    id: String,
    text: String,
    /// The word of its own audience; empty when it has none.
    audience: &'static str,
    readers: Option<&'static str>,
    findings: Vec<Finding>,
    is_flawed: bool,
    told_quotes: String,
    quotes: Vec<Quote>,
    part: Option<(String, String)>,
    hazard: Option<(HazardKind, &'static str)>,
}

/// What is held against a statement.
struct Finding {
    said: String,
    /// Who vouches for it all the same.
    vouched: Option<String>,
}

struct Quote {
    from: String,
    text: String,
    at_ms: Option<i64>,
}

struct File {
    name: String,
    address: Option<String>,
}

/// What comparing said.
struct Compared {
    verdict: &'static str,
    reason: String,
    nearest: Option<Content>,
    procedure: Option<ProcedureId>,
    diff: Vec<(char, String)>,
    changes: Vec<String>,
}

/// What was just decided of another review.
struct Done {
    is_approved: bool,
    procedure: Option<String>,
    waits: bool,
}

/// What was decided on the page before.
#[derive(Deserialize)]
pub(crate) struct Before {
    pub(super) done: Option<String>,
    procedure: Option<ProcedureId>,
    waits: Option<String>,
}

impl Before {
    fn told(self) -> Option<Done> {
        let (word, procedure) = (self.done?, self.procedure.map(|p| p.to_string()));
        Some(Done { is_approved: word == "approve" || word == "update", procedure, waits: self.waits.is_some() })
    }
}

/// Shows a draft under review.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<ReviewId>,
    Ask(before): Ask<Before>,
) -> Result<Response, Problem> {
    let (t, language) = (Bench::of(visitor.language), visitor.language);
    let page = reviews::read(&app, visitor.viewer()?, id).await?;
    let case = app.kit.db.case(page.draft.intervention).await?.ok_or(Code::Internal)?;
    let next = decide::after(&app, id).await?;
    let texts = texts(&page, &case, t);
    let open_findings = page.draft.content.open_findings().len();
    let told = |n: usize, one, many| count(language, i64::try_from(n).unwrap_or(i64::MAX), one, many);
    let why = super::queue::why(&page.review, language);
    let told_findings = told(open_findings, t.findings_one, t.findings_many);
    let files = page.attachments.iter().map(|file| File::of(file, page.draft.intervention)).collect();
    let sections = sections(&page.draft.content, language);
    let compared = compared(&page, language);
    let closed = closed(&page, t);
    let audiences = Audience::ALL.iter().map(|a| (*a, audience(*a, language))).collect();
    let kinds = HazardKind::ALL.iter().map(|k| (*k, hazard(*k, language))).collect();
    let comments = app.kit.db.comments(id).await?;
    let assigned = page.review.assigned_to.as_ref();
    let is_mine = assigned == Some(&visitor.viewer()?.name);
    let taken_by = assigned.map(|name| fill(t.taken_by, &[name]));
    let (version, content, done) = (page.draft.version, page.draft.content, before.told());
    visitor.page(|frame| Page {
        frame,
        t,
        id,
        version,
        closed,
        content,
        sections,
        texts,
        files,
        open_findings,
        told_findings,
        why,
        compared,
        audiences,
        kinds,
        next,
        taken_by,
        is_mine,
        comments,
        done,
    })
}

fn closed(page: &ReviewPage, t: &Bench) -> Option<String> {
    let review = &page.review;
    let word = match review.decision.as_deref() {
        Some("approve") => t.was_approved,
        Some("reject") => t.was_refused,
        Some("merge") => t.was_merged,
        Some("update") => t.was_update,
        Some("ask") => t.was_asked,
        _ => t.was_withdrawn,
    };
    (review.state != ReviewState::Open).then(|| fill(t.decided, &[&word, &review.decided_by.as_deref().unwrap_or("–")]))
}

/// The content in the order of reading.
fn sections(content: &Content, language: Language) -> Vec<Section> {
    let t = Bench::of(language);
    let names = [
        ("title", t.title),
        ("symptoms", t.symptoms),
        ("cause", t.cause),
        ("hazards", t.hazards),
        ("prerequisites", t.prerequisites),
        ("tools", t.tools),
        ("parts", t.parts),
        ("steps", t.steps),
        ("verification", t.verification),
    ];
    let statements = content.statements();
    let section = |(name, title): (&'static str, &'static str)| {
        let of = statements.iter().filter(|(path, _)| path.split('[').next() == Some(name));
        let mut rows: Vec<Row> = of.map(|(path, statement)| Row::of(path, statement, language)).collect();
        if name == "parts" {
            for (row, part) in rows.iter_mut().zip(&content.parts) {
                let quantity = part.quantity.map(|n| n.to_string()).unwrap_or_default();
                row.part = Some((part.reference.clone().unwrap_or_default(), quantity));
            }
        } else if name == "hazards" {
            for (row, danger) in rows.iter_mut().zip(&content.hazards) {
                row.hazard = Some((danger.kind, hazard(danger.kind, language)));
            }
        }
        let grows = name != "title" && (name != "cause" || rows.is_empty());
        Section { name, title, rows, grows, is_ordered: name == "steps" }
    };
    names.map(section).into()
}

impl Row {
    fn of(path: &str, statement: &Statement, language: Language) -> Self {
        let t = Bench::of(language);
        let finding = |f: &savoir_models::content::Finding| Finding {
            said: if language == Language::French { f.reason_fr.clone() } else { f.reason.clone() },
            vouched: f
                .overridden
                .as_ref()
                .map(|word| fill(t.vouched, &[&word.by, &word.reason.as_deref().unwrap_or(t.no_reason)])),
        };
        let quote = |e: &savoir_models::evidence::Evidence| Quote {
            from: evidence::label(&e.source, t),
            text: e.quote.clone(),
            at_ms: e.place.start_ms,
        };
        let n = i64::try_from(statement.evidence.len()).unwrap_or(i64::MAX);
        let told_quotes = if n == 0 { t.unproven.to_owned() } else { count(language, n, t.quotes_one, t.quotes_many) };
        Self {
            path: path.to_owned(),
            id: row(path),
            text: statement.text.clone(),
            audience: statement.audience.map_or("", Audience::as_str),
            readers: statement.audience.map(|a| audience(a, language)),
            findings: statement.findings.iter().map(finding).collect(),
            is_flawed: statement.open_findings().next().is_some(),
            told_quotes,
            quotes: statement.evidence.iter().map(quote).collect(),
            part: None,
            hazard: None,
        }
    }
}

impl File {
    fn of(file: &Attachment, intervention: InterventionId) -> Self {
        let kept = file.removed_at.is_none();
        let address = kept.then(|| format!("/api/v1/interventions/{intervention}/attachments/{}", file.id));
        Self { name: file.name.clone(), address }
    }
}

/// What a verdict is called.
pub(super) fn verdict(verdict: Verdict, t: &Bench) -> &'static str {
    match verdict {
        Verdict::New => t.verdict_new,
        Verdict::Same => t.verdict_same,
        Verdict::Update => t.verdict_update,
        Verdict::Contradiction => t.verdict_contradiction,
    }
}

fn compared(page: &ReviewPage, language: Language) -> Option<Compared> {
    let t = Bench::of(language);
    let said = page.draft.comparison.as_ref()?;
    let nearest = page.nearest.as_ref();
    let diff = nearest.and_then(|n| n.diff.as_deref()).unwrap_or_default();
    let line = |line: &str| (line.chars().next().unwrap_or(' '), line.to_owned());
    let changes = said.proposal.iter().filter(|_| nearest.is_some_and(|n| n.diff.is_some()));
    let change = |c: &Change| {
        let why = if language == Language::French { &c.reason_fr } else { &c.reason };
        c.edit.statement().map_or_else(|| why.clone(), |s| format!("{} – {why}", s.text))
    };
    Some(Compared {
        verdict: verdict(said.verdict, t),
        reason: said.reason.clone(),
        procedure: nearest.and_then(|n| n.procedure),
        nearest: nearest.map(|n| n.content.clone()),
        diff: diff.lines().map(line).collect(),
        changes: changes.flat_map(|p| p.changes.iter().map(change)).collect(),
    })
}
