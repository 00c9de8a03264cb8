//! A closed intervention: as it arrives, and as it is kept.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::id::{AttachmentId, InterventionId, ProcedureId, QuestionId};
use crate::text::{Language, words};

/// The longest report that is taken, in bytes: five million characters would be a book, not a report.
pub const MAX_REPORT_BYTES: usize = 5 * 1024 * 1024;

/// The machine that was repaired. Every field may be missing: reports are as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Equipment {
    /// Kind of machine ("compresseur à vis").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Who built it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// Model name or number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Version of its software.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
}

/// What the customer asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Request {
    /// How it came in: phone, email, portal, chatbot…
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The fault in the words of who reported it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symptom: Option<String>,
    /// low, normal, high, critical: as the ticketing system says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<String>,
    /// Codes on the machine's display, as they were typed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub error_codes: Vec<String>,
}

/// One message between the customer and the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// When it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Who said it: customer, expert, technician, coordinator…
    pub from: String,
    /// What was said.
    pub text: String,
    /// Never to be shown outside the house.
    #[serde(default)]
    pub private: bool,
}

/// A part that was used.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UsedPart {
    /// The manufacturer's reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<f64>,
}

words!(
    /// How it was resolved.
    Resolution {
        /// By telephone, chat or video.
        Remote = "remote",
        /// By sending parts.
        Parts = "parts",
        /// On site.
        Field = "field",
        /// In the workshop.
        Workshop = "workshop",
    }
);

words!(
    /// How it ended.
    Outcome {
        /// The machine runs again.
        Solved = "solved",
        /// It runs, with a reserve.
        PartlySolved = "partly_solved",
        /// It does not run.
        NotSolved = "not_solved",
    }
);

/// A closed intervention as it arrives. `source`, `external_id`, `closed_at` and one of a report or an audio file
/// are needed; all else may be missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// The system it comes from.
    pub source: String,
    /// Its identifier there. With `source`, what makes a delivery a repetition.
    pub external_id: String,
    /// When the case was closed.
    pub closed_at: Timestamp,
    /// Language of its texts; found out when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The machine.
    #[serde(default)]
    pub equipment: Equipment,
    /// What was asked for.
    #[serde(default)]
    pub request: Request,
    /// Messages, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<Exchange>,
    /// What the technician wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// What was done, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// Parts used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<UsedPart>,
    /// Minutes on the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_spent_minutes: Option<u32>,
    /// How it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technician: Option<String>,
    /// The organisation that did it: a contractor sees only its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The organisation it was done for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
}

/// A field of an [`Intake`] that cannot be taken, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, thiserror::Error)]
#[error("{field}: {remedy}")]
pub struct FieldError {
    /// The field's path, as in `request.error_codes[2]`.
    pub field: String,
    /// A stable word for programs.
    pub code: &'static str,
    /// What is wrong and what to do, in English.
    pub remedy: String,
    /// The same in French.
    pub remedy_fr: String,
}

impl FieldError {
    /// An error on `field` with its sentence in both languages.
    pub fn new(field: impl Into<String>, code: &'static str, en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self { field: field.into(), code, remedy: en.into(), remedy_fr: fr.into() }
    }

    /// The remedy in a language.
    #[must_use]
    pub fn told_in(&self, language: Language) -> &str {
        match language {
            Language::French => &self.remedy_fr,
            Language::English => &self.remedy,
        }
    }
}

/// What a case without a stated duration is taken to have cost, in minutes.
const USUAL_MINUTES: i64 = 30;

impl Intake {
    /// What the case cost, in minutes.
    #[must_use]
    pub fn minutes(&self) -> i64 {
        self.time_spent_minutes.map_or(USUAL_MINUTES, i64::from)
    }

    /// Whether the case speaks for what mended it: it was solved, or nothing else is said.
    #[must_use]
    pub fn is_solved(&self) -> bool {
        self.outcome.is_none_or(|outcome| outcome == Outcome::Solved)
    }

    /// The kind of machine under which outcomes are counted: in lower case with single spaces; empty when none is told.
    #[must_use]
    pub fn family(&self) -> String {
        let told = self.equipment.family.as_deref().unwrap_or_default();
        told.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Checks what the type cannot say. `audio` tells whether audio files came with it. All errors are returned, not
    /// the first one only.
    #[must_use]
    pub fn check(&self, now: Timestamp, audio: bool) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for (field, text) in [("source", &self.source), ("external_id", &self.external_id)] {
            if text.trim().is_empty() {
                errors.push(FieldError::new(field, "empty", "must not be empty", "ne doit pas être vide"));
            } else if text.len() > 200 {
                errors.push(FieldError::new(field, "too_long", "at most 200 bytes", "200 octets au plus"));
            }
        }
        // A day of grace: clocks of other systems and time zones are what they are.
        if self.closed_at > now.after(std::time::Duration::from_secs(86_400)) {
            errors.push(FieldError::new(
                "closed_at",
                "in_the_future",
                "lies in the future: send the moment the case was closed, in UTC",
                "est dans le futur : indiquez le moment de la clôture, en UTC",
            ));
        }
        let report = self.report.as_deref().unwrap_or_default();
        if report.len() > MAX_REPORT_BYTES {
            errors.push(FieldError::new(
                "report",
                "too_long",
                "over 5 MiB: send long documents as attachments",
                "plus de 5 Mio : joignez les longs documents en pièces jointes",
            ));
        }
        if report.trim().is_empty() && self.actions.iter().all(|a| a.trim().is_empty()) && !audio {
            errors.push(FieldError::new(
                "report",
                "missing",
                "a report, actions or an audio file is needed: send at least one",
                "il faut un rapport, des actions ou un fichier audio : envoyez-en au moins un",
            ));
        }
        if self.text_has_nul() {
            errors.push(FieldError::new(
                "report",
                "control_character",
                "contains a NUL character: send plain text in UTF-8",
                "contient un caractère NUL : envoyez du texte simple en UTF-8",
            ));
        }
        errors
    }

    /// PostgreSQL cannot keep a NUL inside a text; better refused here than half way down the line.
    fn text_has_nul(&self) -> bool {
        serde_json::to_string(self).is_ok_and(|json| json.contains("\\u0000"))
    }
}

words!(
    /// Where an intervention stands on the line. Waiting for something missing is not a stage: see `waiting`.
    Stage {
        /// Accepted; its recordings, if any, are still to be transcribed.
        Received = "received",
        /// Every recording has its transcript.
        Transcribed = "transcribed",
        /// Personal data are out of what a model may see.
        Redacted = "redacted",
        /// Too thin for a procedure: questions are open.
        NeedsAnswers = "needs_answers",
        /// There is a draft.
        Drafted = "drafted",
        /// The draft can be found by later comparisons.
        Indexed = "indexed",
        /// The draft has been compared with what was known before it.
        Compared = "compared",
        /// A review is open.
        InReview = "in_review",
        /// Its content is an approved procedure.
        Published = "published",
        /// It is one more case of a draft or a procedure that exists.
        Merged = "merged",
        /// An expert refused it.
        Rejected = "rejected",
        /// Its questions were not answered in time; the case is kept, and a late answer takes it up again.
        Unanswered = "unanswered",
        /// The machine failed again: what the case told is taken back until it is closed anew.
        Reopened = "reopened",
        /// A step gave up; an operator can retry it.
        Failed = "failed",
    }
);

words!(
    /// What an attached file is.
    AttachmentKind {
        /// A voice report.
        Audio = "audio",
        /// A photo.
        Photo = "photo",
        /// A video.
        Video = "video",
        /// Anything else.
        Other = "other",
    }
);

/// A file that came with an intervention; its bytes are kept under `blob`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// Its identifier.
    pub id: AttachmentId,
    /// What it is.
    pub kind: AttachmentKind,
    /// The name it came with; for people only, never a path.
    pub name: String,
    /// The media type it was sent as.
    pub media_type: String,
    /// Its size.
    pub bytes: i64,
    /// SHA-256 of its bytes, in hexadecimal: its key in the blob store.
    pub blob: String,
    /// The question that this recording answers; what came with the delivery answers none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<QuestionId>,
    /// When its bytes were taken away: at the end of their retention, or at a person's wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<Timestamp>,
}

/// An intervention as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Intervention {
    /// Its identifier here.
    pub id: InterventionId,
    /// What arrived.
    pub intake: Intake,
    /// Its files, in order of arrival.
    pub attachments: Vec<Attachment>,
    /// Where it stands.
    pub stage: Stage,
    /// What it waits for, or why it failed, was merged or rejected, in words for a person.
    pub waiting: Option<String>,
    /// The procedure it became, or is a case of.
    pub procedure: Option<ProcedureId>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// When it last moved.
    pub updated_at: Timestamp,
}

impl Intervention {
    /// The recordings among its files.
    pub fn recordings(&self) -> impl Iterator<Item = &Attachment> {
        self.attachments.iter().filter(|a| a.kind == AttachmentKind::Audio)
    }
}
