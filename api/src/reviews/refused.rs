//! Why a review is not edited or decided as asked.

use axum::http::header;
use savoir_models::intervention::FieldError;
use savoir_models::review::Refusal;

use crate::error::{Code, Problem};
use crate::input;

/// The draft is no longer at the version that was read.
pub(super) fn stale(seen: i64, current: i64) -> Problem {
    Problem::new(
        Code::Stale,
        format!("The draft is at version {current}, not {seen}: read it again and redo your change."),
        format!(
            "Le brouillon en est à la version {current} et non {seen} : relisez-le et refaites votre modification."
        ),
    )
    .with(header::ETAG, input::etag(current))
}

/// Somebody was quicker.
pub(super) fn already(decision: &str, by: &str) -> Problem {
    Problem::new(
        Code::AlreadyDecided,
        format!("This review was already decided ({decision}, by {by})."),
        format!("Cette relecture a déjà été tranchée ({decision}, par {by})."),
    )
}

/// What a decision lacks.
pub(super) fn refused(refusal: Refusal) -> Problem {
    let field = |field: &str, code, en: &str, fr: &str| {
        Problem::field(Code::InvalidFields, FieldError::new(field, code, en, fr))
    };
    match refusal {
        Refusal::NotAnExpert => Problem::new(
            Code::Forbidden,
            "Only a named expert may decide on a review.",
            "Seul un expert nommé peut trancher une relecture.",
        ),
        Refusal::AlreadyDecided { decision, by } => already(&decision, &by),
        Refusal::Stale { seen, current } => stale(seen, current),
        Refusal::ComparedBefore => Code::ComparedBefore.into(),
        Refusal::NoReason => field(
            "reason",
            "missing",
            "say why, so that the technician can learn from it",
            "dites pourquoi, pour que le technicien puisse en tirer parti",
        ),
        Refusal::Findings { paths } => {
            let (en, fr) = (
                "its evidence does not carry it: edit it, add evidence, or override the finding by name",
                "sa preuve ne la porte pas : modifiez-la, ajoutez une preuve ou passez outre nommément",
            );
            let error = |path: String| FieldError::new(format!("content.{path}"), "finding", en, fr);
            Problem::fields(Code::OpenFindings, paths.into_iter().map(error).collect())
        }
        Refusal::NoQuestions => field(
            "questions",
            "out_of_range",
            "one to four questions, none of them empty",
            "de une à quatre questions, aucune vide",
        ),
        Refusal::NothingToAsk => field(
            "decision",
            "not_possible",
            "ask: this review is of a published procedure; edit, approve, merge or reject it",
            "ask : cette relecture porte sur une procédure publiée ; modifiez, approuvez, fusionnez ou refusez-la",
        ),
        Refusal::IntoItself => field(
            "into",
            "not_possible",
            "is the procedure under review: approve it to keep it",
            "est la procédure en relecture : approuvez-la pour la conserver",
        ),
        Refusal::NoProposal => field(
            "decision",
            "not_possible",
            "update: no change of a procedure is proposed; have the draft compared with one, with POST …/comparison",
            "update : aucune modification de procédure n'est proposée ; faites comparer le brouillon, par POST …/comparison",
        ),
        Refusal::NothingAccepted => field(
            "accept",
            "missing",
            "name at least one change; to change nothing, merge",
            "indiquez au moins une modification ; pour ne rien modifier, fusionnez",
        ),
        Refusal::NoChange { at, count } => field(
            "accept",
            "out_of_range",
            &format!("there is no change {at}: {count} are proposed, counted from 0"),
            &format!("il n'y a pas de modification {at} : {count} sont proposées, comptées à partir de 0"),
        ),
        Refusal::Unproven { change, reason, reason_fr } => field(
            "accept",
            "unproven",
            &format!("change {change}: {reason}"),
            &format!("modification {change} : {reason_fr}"),
        ),
        Refusal::Content { path, reason, reason_fr: fr } => field(&format!("content.{path}"), "invalid", &reason, &fr),
    }
}
