//! The texts of a case, cut where quotes begin and end, so that pointing at a statement can light up what it rests on.

use std::collections::BTreeSet;

use savoir_models::content::Content;
use savoir_models::evidence::{Case, Evidence, Source, Suspicion};
use savoir_models::id::{AttachmentId, InterventionId};
use savoir_models::transcript::Transcript;

use crate::reviews::ReviewPage;
use crate::words::{Bench, fill};

/// A text that statements may rest on.
pub(super) struct Text {
    /// Its place among the texts: `text-3` on the page.
    pub(super) number: usize,
    pub(super) label: String,
    pub(super) pieces: Vec<Piece>,
    /// The address of its sound.
    pub(super) sound: Option<String>,
    /// Whether experts may quote it: it is of the draft's own case.
    pub(super) is_own: bool,
    /// Whether it is a line of the record, and not something that somebody told.
    pub(super) is_field: bool,
}

/// A stretch of a text.
pub(super) struct Piece {
    pub(super) text: String,
    /// The statements that quote it, as their elements are named, with spaces between.
    pub(super) rows: String,
    /// When it was said, in ms.
    pub(super) at_ms: Option<i64>,
    pub(super) is_suspect: bool,
}

/// How the source of a quote is told.
pub(super) fn label(source: &Source, t: &Bench) -> String {
    match source {
        Source::Report => t.report.to_owned(),
        Source::Action { index } => fill(t.action, &[&(index + 1)]),
        Source::Exchange { index } => fill(t.exchange, &[&(index + 1)]),
        Source::Transcript { .. } => t.transcript.to_owned(),
        Source::Field { path } => field(path, t),
        Source::Answer { .. } => t.answer.to_owned(),
        Source::Elsewhere { source, .. } => format!("{} – {}", t.other_case, label(source, t)),
    }
}

fn field(path: &str, t: &Bench) -> String {
    let name = match path.split(['[', ']']).next().unwrap_or_default() {
        "equipment.family" => t.family,
        "equipment.manufacturer" => t.manufacturer,
        "equipment.model" => t.models,
        "request.symptom" => t.symptoms,
        "request.error_codes" => t.codes,
        "parts" if path.ends_with(".reference") => t.reference,
        "parts" => t.parts,
        _ => path,
    };
    fill(t.field, &[&name])
}

/// The element of a statement's row: `s-steps-2` for `steps[2]`.
pub(super) fn row(path: &str) -> String {
    format!("s-{}", path.replace('[', "-").replace(']', ""))
}

/// Every text of the page, in reading order: the draft's own case, then others that statements were taken from.
pub(super) fn texts(page: &ReviewPage, case: &Case, t: &Bench) -> Vec<Text> {
    let content = &page.draft.content;
    let suspicions = &page.draft.suspicions;
    let mut out = Vec::new();
    let intervention = page.draft.intervention;
    for text in &page.texts {
        let transcript = transcript_of(&text.source, case);
        let sound = sound(&text.source, case, intervention);
        let pieces = pieces(&text.text, &text.source, content, (suspicions, transcript));
        out.push(Text {
            number: out.len(),
            label: label(&text.source, t),
            pieces,
            sound,
            is_own: true,
            is_field: is_field(&text.source),
        });
    }
    for other in &page.elsewhere {
        for text in &other.texts {
            let source = Source::Elsewhere { draft: other.draft, source: Box::new(text.source.clone()) };
            let pieces = pieces(&text.text, &source, content, (&[], None));
            out.push(Text {
                number: out.len(),
                label: label(&source, t),
                pieces,
                sound: None,
                is_own: false,
                is_field: is_field(&text.source),
            });
        }
    }
    // What somebody told comes first: the record's lines are short and known by heart.
    out.sort_by_key(|text| (!text.is_own, text.is_field));
    out
}

fn is_field(source: &Source) -> bool {
    matches!(source, Source::Field { .. })
}

fn transcript_of<'a>(source: &Source, case: &'a Case) -> Option<&'a Transcript> {
    let recording = recording(source, case)?;
    case.transcripts.iter().find(|t| t.attachment == recording)
}

fn recording(source: &Source, case: &Case) -> Option<AttachmentId> {
    match source {
        Source::Transcript { attachment } => Some(*attachment),
        Source::Answer { question } => {
            case.intervention.attachments.iter().find(|a| a.question == Some(*question)).map(|a| a.id)
        }
        _ => None,
    }
}

/// Where the sound of a text is heard, as long as it is kept.
fn sound(source: &Source, case: &Case, intervention: InterventionId) -> Option<String> {
    let recording = recording(source, case)?;
    let kept = case.intervention.attachments.iter().find(|a| a.id == recording && a.removed_at.is_none())?;
    Some(format!("/api/v1/interventions/{intervention}/attachments/{}", kept.id))
}

fn pieces(
    text: &str,
    source: &Source,
    content: &Content,
    (suspicions, transcript): (&[Suspicion], Option<&Transcript>),
) -> Vec<Piece> {
    let fits = |e: &Evidence| {
        e.source == *source && e.place.start < e.place.end && text.get(e.place.start..e.place.end).is_some()
    };
    let statements = content.statements();
    let quoted: Vec<(String, usize, usize)> = statements
        .iter()
        .flat_map(|(path, s)| s.evidence.iter().filter(|e| fits(e)).map(|e| (row(path), e.place.start, e.place.end)))
        .collect();
    let suspect: Vec<_> =
        suspicions.iter().map(|s| &s.evidence).filter(|e| fits(e)).map(|e| (e.place.start, e.place.end)).collect();
    let segments = segments(text, transcript);
    let mut cuts: BTreeSet<usize> = [0, text.len()].into();
    cuts.extend(quoted.iter().flat_map(|(_, from, to)| [*from, *to]));
    cuts.extend(suspect.iter().flat_map(|(from, to)| [*from, *to]));
    cuts.extend(segments.iter().map(|(at, _)| *at));
    let cuts: Vec<usize> = cuts.into_iter().collect();
    let piece = |(from, to): (usize, usize)| {
        let holds = |start: usize, end: usize| start <= from && to <= end;
        let rows: BTreeSet<&str> =
            quoted.iter().filter(|(_, s, e)| holds(*s, *e)).map(|(row, ..)| row.as_str()).collect();
        Piece {
            text: text.get(from..to).unwrap_or_default().to_owned(),
            rows: rows.into_iter().collect::<Vec<_>>().join(" "),
            at_ms: segments.iter().rev().find(|(at, _)| *at <= from).map(|(_, ms)| *ms),
            is_suspect: suspect.iter().any(|(s, e)| holds(*s, *e)),
        }
    };
    cuts.windows(2).map(|w| piece((w[0], w[1]))).collect()
}

/// Where each stretch of speech begins in the text, and when it was said. Only where the text is the transcript's own.
fn segments(text: &str, transcript: Option<&Transcript>) -> Vec<(usize, i64)> {
    let Some(transcript) = transcript.filter(|t| t.text() == text) else { return Vec::new() };
    let mut at = 0;
    let starts = transcript.segments.iter().map(|segment| {
        let start = at;
        at += segment.text.trim().len() + 1;
        (start, segment.start_ms)
    });
    starts.collect()
}

#[cfg(test)]
mod tests {
    use savoir_models::content::{AppliesTo, Statement};
    use savoir_models::evidence::Place;
    use savoir_models::text::Language;
    use savoir_models::transcript::Segment;

    use super::*;

    fn content(quotes: &[(usize, usize)], text: &str) -> Content {
        let step = |(start, end): &(usize, usize)| {
            let place = Place { start: *start, end: *end, ..Place::default() };
            let quote = text.get(*start..*end).unwrap_or("?").to_owned();
            Statement::new("x", Evidence { source: Source::Report, quote, place })
        };
        Content {
            language: Language::French,
            title: Statement::default(),
            symptoms: Vec::new(),
            cause: None,
            prerequisites: Vec::new(),
            tools: Vec::new(),
            parts: Vec::new(),
            hazards: Vec::new(),
            steps: quotes.iter().map(step).collect(),
            verification: Vec::new(),
            applies_to: AppliesTo::default(),
        }
    }

    fn cut(text: &str, quotes: &[(usize, usize)]) -> Vec<(String, String)> {
        let pieces = pieces(text, &Source::Report, &content(quotes, text), (&[], None));
        pieces.into_iter().map(|p| (p.text, p.rows)).collect()
    }

    #[test]
    fn a_text_is_cut_where_quotes_begin_and_end_and_loses_nothing() {
        let text = "Purgé le filtre, remplacé le joint.";
        let found = cut(text, &[(0, 8), (3, 17)]);
        assert_eq!(found.iter().map(|(text, _)| text.as_str()).collect::<String>(), text);
        let rows: Vec<_> = found.iter().map(|(_, rows)| rows.as_str()).collect();
        assert_eq!(rows, ["s-steps-0", "s-steps-0 s-steps-1", "s-steps-1", ""]);
    }

    #[test]
    fn a_place_that_does_not_fit_the_text_lights_nothing() {
        assert_eq!(cut("é", &[(1, 2), (0, 9), (0, 0)]), [("é".to_owned(), String::new())]);
    }

    #[test]
    fn words_are_told_with_the_second_at_which_they_were_said() {
        let segment =
            |start_ms, text: &str| Segment { start_ms, end_ms: start_ms + 900, text: text.into(), confidence: 1.0 };
        let transcript = Transcript {
            attachment: AttachmentId::new(),
            language: Language::French,
            model: String::new(),
            duration_ms: 3_000,
            took_ms: 1,
            segments: vec![segment(0, " la pompe "), segment(1_000, "goutte")],
            note: None,
        };
        let text = transcript.text();
        let found = pieces(&text, &Source::Report, &content(&[], ""), (&[], Some(&transcript)));
        let told: Vec<_> = found.iter().map(|p| (p.text.as_str(), p.at_ms)).collect();
        assert_eq!(told, [("la pompe ", Some(0)), ("goutte", Some(1_000))]);
        assert!(segments("another text", Some(&transcript)).is_empty());
    }
}
