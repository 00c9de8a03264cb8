//! From pieces to a content, or to the questions that are missing.

use savoir_models::content::{AppliesTo, Content, Hazard, Statement};
use savoir_models::evidence::{Case, Evidence, Source, SourceText};
use savoir_models::intervention::{Outcome, Resolution};
use savoir_models::text::Language;

use super::Extraction;
use super::findings::{answer, cause, symptoms};
use super::lexicon::{Cue, Lexicon};
use super::likeness::alike;
use super::piece::{Mention, Nature, Piece, Role};
use super::pieces::pieces;
use super::questions::{Lack, ask, topic};
use super::steps::{Sequence, Step};
use super::{language, parts, title};

/// The texts of a case, read once.
pub(super) struct Sources<'a> {
    pub(super) case: &'a Case,
    pub(super) texts: Vec<SourceText<'a>>,
    pub(super) language: Language,
}

impl Sources<'_> {
    pub(super) fn french(&self) -> bool {
        self.language == Language::French
    }

    /// Evidence for the bytes of a text.
    pub(super) fn evidence(&self, source: usize, start: usize, end: usize) -> Option<Evidence> {
        self.case.evidence_in(self.texts.get(source)?, start, end)
    }

    /// Evidence for the whole of a text, without the blanks around it.
    pub(super) fn whole(&self, source: &Source) -> Option<Evidence> {
        let text = self.texts.iter().find(|t| t.source == *source)?;
        let start = text.text.len() - text.text.trim_start().len();
        self.case.evidence_in(text, start, text.text.trim_end().len())
    }

    pub(super) fn statement(&self, text: String, told: &[Piece]) -> Statement {
        let evidence = told.iter().filter_map(|p| self.evidence(p.source, p.start, p.end)).collect();
        Statement { text, evidence, findings: Vec::new() }
    }
}

/// The pieces of a case by who tells them.
#[derive(Default)]
pub(super) struct Told {
    pub(super) symptoms: Vec<Piece>,
    /// The customer's first message.
    pub(super) customer: Vec<Piece>,
    /// The customer's last one: where the work was done by message, it tells how it ended.
    pub(super) last_word: Vec<Piece>,
    pub(super) expert: Vec<Piece>,
    pub(super) report: Vec<Piece>,
    pub(super) actions: Vec<Piece>,
    pub(super) answers: Vec<(Option<Lack>, usize, Vec<Piece>)>,
    pub(super) tools: Vec<Mention>,
    pub(super) unsolved: bool,
}

/// Who writes a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaker {
    /// Somebody who knows the machine.
    House,
    /// Somebody of the house who passes things on.
    Coordinator,
    Customer,
}

/// Who writes, by what a message says of its sender. A sender that names the customer too ("expert (via client)"), or that
/// is written oddly, is not taken for one of the house.
pub(crate) fn speaker(from: &str) -> Speaker {
    let odd = from != from.trim() || !from.chars().all(|c| c.is_alphanumeric() || " -_.'()".contains(c));
    let from = crate::codes::fold(from);
    if odd || ["client", "customer", "via ", "visitor", "user"].iter().any(|w| from.contains(w)) {
        Speaker::Customer
    } else if ["expert", "techni", "support", "hotline", "engineer"].iter().any(|w| from.contains(w)) {
        Speaker::House
    } else if from.contains("coordin") {
        Speaker::Coordinator
    } else {
        Speaker::Customer
    }
}

fn told(sources: &Sources<'_>) -> Told {
    let lexicon = Lexicon::of(sources.language);
    let mut out = Told::default();
    let intake = &sources.case.intervention.intake;
    for (number, text) in sources.texts.iter().enumerate() {
        let mut take = |nature| {
            let taken = pieces(lexicon, &text.text, number, nature);
            if nature != Nature::Customer {
                out.tools.extend(taken.tools);
                out.unsolved |= taken.unsolved;
            }
            taken.pieces
        };
        match &text.source {
            Source::Report | Source::Transcript { .. } => {
                let pieces = take(Nature::Told);
                out.report.extend(pieces);
            }
            Source::Action { .. } => {
                let pieces = take(Nature::Orders);
                out.actions.extend(pieces);
            }
            Source::Exchange { index } => match speaker(&intake.exchanges[*index].from) {
                Speaker::House => {
                    let pieces = take(Nature::Orders);
                    out.expert.extend(pieces);
                }
                Speaker::Customer => {
                    let pieces = take(Nature::Customer);
                    if out.customer.is_empty() {
                        out.customer.clone_from(&pieces);
                    }
                    out.last_word = pieces;
                }
                Speaker::Coordinator => {}
            },
            Source::Field { path } if path == "request.symptom" => out.symptoms = take(Nature::Customer),
            Source::Answer { question } => {
                let asked = sources.case.questions.iter().find(|q| q.id == *question);
                let pieces = take(Nature::Orders);
                out.answers.push((asked.and_then(topic), number, pieces));
            }
            Source::Field { .. } => {}
        }
    }
    out
}

/// Reads the case and lays out what it tells.
pub(super) fn lay_out(case: &Case) -> Extraction {
    let sources = Sources { case, texts: case.texts(), language: language::detect(case) };
    let told = told(&sources);
    let cause = cause(&sources, &told);
    let symptoms = symptoms(&sources, &told, cause.as_ref());
    let sequence = sequence(&sources, &told);
    let verification: Vec<Statement> = proofs(&sources, &told, &sequence);
    let lacks = lacks(
        &sources,
        &told,
        &Found {
            problem: !symptoms.is_empty(),
            repairs: sequence.repairs(),
            steps: sequence.steps.len(),
            cause: cause.is_some(),
            verified: !verification.is_empty(),
        },
    );
    if !lacks.is_empty() {
        return too_thin(&sources, &lacks, symptoms.first().map(|s| s.text.as_str()));
    }
    let all: Vec<Piece> = sequence.steps.iter().flat_map(|s| s.told.iter().cloned()).collect();
    let content = Content {
        language: sources.language,
        title: title::title(&sources, &symptoms),
        applies_to: applies_to(&sources, &symptoms),
        prerequisites: prerequisites(&sources, &told),
        tools: tools(&sources, &told.tools),
        parts: parts::parts(&sources, &all),
        hazards: hazards(&sources, &told, &sequence),
        steps: sequence.steps.iter().map(|s| sources.statement(s.text.clone(), &s.told)).collect(),
        symptoms,
        cause,
        verification,
    };
    Extraction::Draft(Box::new(content))
}

/// What was found, for judging whether it is enough.
struct Found {
    problem: bool,
    repairs: bool,
    steps: usize,
    cause: bool,
    verified: bool,
}

fn lacks(sources: &Sources<'_>, told: &Told, found: &Found) -> Vec<Lack> {
    let intake = &sources.case.intervention.intake;
    let answered = sources.case.questions.iter().any(|q| q.answer.as_deref().is_some_and(|a| !a.trim().is_empty()));
    let unsolved = intake.outcome == Some(Outcome::NotSolved) || (intake.outcome.is_none() && told.unsolved);
    if unsolved && !(answered && found.repairs) {
        return vec![Lack::Solution, Lack::Cause];
    }
    // A bare fix without cause, check or context helps nobody; but nobody is asked a second time.
    let bare = !found.cause && !found.verified && found.steps < 3 && !answered;
    let mut out = Vec::new();
    if !found.problem || !found.repairs || bare {
        if intake.equipment.family.is_none() && intake.equipment.model.is_none() {
            out.push(Lack::Machine);
        }
        if !found.problem {
            out.push(Lack::Problem);
        }
        if !found.repairs || bare {
            out.push(Lack::Steps);
        }
        if !found.cause {
            out.push(Lack::Cause);
        }
        if !found.verified {
            out.push(Lack::Verification);
        }
    }
    out
}

fn too_thin(sources: &Sources<'_>, lacks: &[Lack], symptom: Option<&str>) -> Extraction {
    let french = sources.french();
    let reason = match (lacks[0], french) {
        (Lack::Solution, true) => "Le problème n'est pas résolu : il n'y a pas encore de remède à décrire.",
        (Lack::Solution, false) => "The problem is not solved: there is no fix to describe yet.",
        (_, true) if lacks.contains(&Lack::Steps) => {
            "Le compte rendu ne dit pas assez précisément ce qui a remis la machine en état."
        }
        (_, false) if lacks.contains(&Lack::Steps) => {
            "The report does not say precisely enough what made the machine work again."
        }
        (_, true) => "Le compte rendu ne dit pas quel était le problème.",
        (_, false) => "The report does not say what the problem was.",
    };
    Extraction::TooThin { reason: reason.to_owned(), questions: ask(sources, lacks, symptom) }
}

fn sequence(sources: &Sources<'_>, told: &Told) -> Sequence {
    let mut out = Sequence::default();
    let mut work = told.report.clone();
    for (asked, _, pieces) in &told.answers {
        if !matches!(asked, Some(Lack::Cause | Lack::Verification | Lack::Problem | Lack::Machine)) {
            work.extend(pieces.iter().cloned());
        }
    }
    let told_steps = work.iter().filter(|p| matches!(p.role, Role::Step { .. })).count();
    let remote = sources.case.intervention.intake.resolution == Some(Resolution::Remote);
    // Where the work was done by message, the expert's messages are the procedure and the report its summary.
    if told.actions.is_empty() && (remote || told_steps < 2) {
        let guided: Vec<Piece> = told.expert.iter().filter(|p| matches!(p.role, Role::Step { .. })).cloned().collect();
        out.list(&guided, sources.language);
    }
    out.tell(&work, sources.language);
    out.list(&told.actions, sources.language);
    out
}

fn proofs(sources: &Sources<'_>, told: &Told, sequence: &Sequence) -> Vec<Statement> {
    let mut out: Vec<Statement> =
        sequence.verification.iter().map(|Step { text, told }| sources.statement(text.clone(), told)).collect();
    if out.is_empty() && sources.case.intervention.intake.resolution == Some(Resolution::Remote) {
        let shown = told.last_word.iter().filter(|p| p.has(Cue::Result) && !p.has(Cue::Person) && !p.has(Cue::Useless));
        out.extend(shown.take(3).map(|p| sources.statement(p.text.clone(), std::slice::from_ref(p))));
    }
    for (asked, number, pieces) in &told.answers {
        let statement = answer(sources, *number, pieces);
        if *asked == Some(Lack::Verification) && !statement.text.is_empty() {
            out.push(statement);
        }
    }
    out
}

fn prerequisites(sources: &Sources<'_>, told: &Told) -> Vec<Statement> {
    let mut out: Vec<Statement> = Vec::new();
    for piece in told.report.iter().chain(&told.expert).filter(|p| matches!(p.role, Role::Note | Role::Never)) {
        if out.len() < 6 && !out.iter().any(|s| alike(&s.text, &piece.text)) {
            out.push(sources.statement(piece.text.clone(), std::slice::from_ref(piece)));
        }
    }
    out
}

fn tools(sources: &Sources<'_>, mentions: &[Mention]) -> Vec<Statement> {
    let mut out: Vec<Statement> = Vec::new();
    for mention in mentions {
        if out.len() < 12
            && !out.iter().any(|s| alike(&s.text, &mention.text))
            && let Some(evidence) = sources.evidence(mention.source, mention.start, mention.end)
        {
            out.push(Statement::new(mention.text.clone(), evidence));
        }
    }
    out
}

/// One statement for each kind of danger: the first that speaks of it, steps before states.
fn hazards(sources: &Sources<'_>, told: &Told, sequence: &Sequence) -> Vec<Hazard> {
    let mut out: Vec<Hazard> = Vec::new();
    let steps = sequence.steps.iter().flat_map(|s| s.told.first().map(|p| (p, &s.text)));
    let nevers = told.report.iter().filter(|p| matches!(p.role, Role::Never | Role::Note)).map(|p| (p, &p.text));
    let states = told.report.iter().filter(|p| p.role == Role::State && p.text.len() <= 200).map(|p| (p, &p.text));
    for (piece, text) in steps.chain(nevers).chain(states) {
        for kind in piece.hazards() {
            if !out.iter().any(|h| h.kind == kind) {
                out.push(Hazard { kind, statement: sources.statement(text.clone(), std::slice::from_ref(piece)) });
            }
        }
    }
    out
}

fn applies_to(sources: &Sources<'_>, symptoms: &[Statement]) -> AppliesTo {
    let intake = &sources.case.intervention.intake;
    let equipment = &intake.equipment;
    let mut codes: Vec<String> = intake.request.error_codes.iter().filter_map(|c| crate::codes::canonical(c)).collect();
    if codes.is_empty() {
        let compact =
            |text: &Option<String>| text.as_deref().and_then(crate::codes::canonical_reference).unwrap_or_default();
        let (model, serial) = (compact(&equipment.model), compact(&equipment.serial));
        codes = symptoms
            .iter()
            .flat_map(|s| crate::codes::find(&s.text, Some(sources.language)))
            .map(|c| c.canonical)
            .filter(|c| *c != model && *c != serial)
            .collect();
    }
    let mut seen: Vec<String> = Vec::new();
    codes.retain(|c| {
        !seen.contains(c) && {
            seen.push(c.clone());
            true
        }
    });
    AppliesTo {
        family: equipment.family.clone(),
        manufacturer: equipment.manufacturer.clone(),
        models: equipment.model.iter().cloned().collect(),
        error_codes: codes,
        firmware: equipment.firmware.clone(),
    }
}
