//! Drafts written by a language model.
//!
//! It sees masked texts only. What it says is read, its quotes are found in the case, and what it holds to be told is
//! held against that. It invents nothing that goes unnoticed: the verifier looks at every statement after it.

mod answer;
mod kept;
mod merge;
mod place;
mod split;
mod thin;
mod view;

use std::sync::Arc;

use async_trait::async_trait;
use savoir_models::content::{Content, Statement};
use savoir_models::draft::Provenance;
use savoir_models::evidence::Case;
use savoir_models::redaction::Redaction;
use savoir_models::usage::Purpose;
use serde::Deserialize;

use super::layout::applies_to;
use super::questions::Lack;
use super::sources::Sources;
use super::{Extraction, Extractor, Preview};
use crate::fault::Fault;
use crate::llm::{Failure, Flaw, Llm, Question, Useless, fingerprint};
use crate::prompts::{Prompt, extract, questions};
use kept::Kept;
use merge::Drawn;
use view::View;

/// The least room for a case beside the instructions, in characters.
const LEAST_ROOM: usize = 3_000;
/// What the frame of a request takes besides its texts, in characters.
const FRAME: usize = 500;
/// A case in more parts is no report.
const MOST_PARTS: usize = 64;

/// Draws drafts with a language model.
pub struct ModelExtractor {
    llm: Arc<Llm>,
    kept: Kept,
}

impl ModelExtractor {
    /// An extractor that asks `llm`.
    ///
    /// # Errors
    /// When the house says so much that a case does not fit beside it, in words for a person.
    pub fn new(llm: Arc<Llm>) -> Result<Self, String> {
        let house = llm.house();
        let languages = savoir_models::text::Language::ALL;
        let longest = languages.iter().map(|l| extract::system(*l, house).chars().count()).max().unwrap_or_default();
        let (least, given) = (longest + FRAME + LEAST_ROOM, llm.settings().context_characters);
        if given < least {
            return Err(format!(
                "llm.context_characters is {given}; the instructions with llm.instructions and llm.glossary leave no \
                 room for a case: raise it to {least} or more, or shorten those"
            ));
        }
        Ok(Self { llm, kept: Kept::default() })
    }

    /// What a case is asked with when a prompt may hold `context` characters.
    fn prompts(&self, view: &View<'_>, context: usize) -> Result<Vec<Prompt>, Failure> {
        let system = extract::system(view.language, self.llm.house()).chars().count();
        let parts = split::parts(&view.shown(), context.saturating_sub(system + FRAME));
        if parts.len() > MOST_PARTS {
            let reason = format!(
                "the case would take {} requests, {MOST_PARTS} at most are made; raise llm.context_characters, and serve \
                 the model with as much context",
                parts.len()
            );
            return Err(Failure::Unsupported { said: String::new(), reason });
        }
        let (facts, of) = (view.facts(), parts.len());
        Ok(parts
            .iter()
            .enumerate()
            .map(|(n, sources)| {
                let part = (of > 1).then_some((n + 1, of));
                extract::prompt(
                    self.llm.house(),
                    &extract::User { french: view.french(), sources, part, facts: &facts },
                )
            })
            .collect())
    }

    /// What the model draws from the case, part by part.
    async fn draw(&self, view: &View<'_>, context: usize) -> Result<Drawn, Failure> {
        let prompts = self.prompts(view, context)?;
        let requests: Vec<String> = prompts.iter().map(|p| fingerprint(&p.messages())).collect();
        let mut drawn: Option<Drawn> = None;
        for (prompt, request) in prompts.iter().zip(&requests) {
            let answer = match self.kept.get(request) {
                Some(answer) => answer,
                None => {
                    let question = Question { purpose: Purpose::Extract, intervention: Some(view.id()), prompt };
                    let answer = self.llm.ask(&question, |answer| answer::read(answer, view.language)).await?;
                    if prompts.len() > 1 {
                        self.kept.keep(request.clone(), answer.clone());
                    }
                    answer
                }
            };
            let part = Drawn::of(view, &answer);
            drawn = Some(match drawn {
                Some(before) => before.and(part),
                None => part,
            });
        }
        self.kept.forget(&requests);
        Ok(drawn.unwrap_or_default())
    }

    /// Questions for what is missing: the model's, asked for by themselves; `None` when it has none of use. Whatever
    /// goes wrong here, the rules have questions too, and the draft has been paid for.
    async fn questions(&self, view: &View<'_>, lacks: &[Lack]) -> Option<Vec<String>> {
        #[derive(Deserialize)]
        struct Asked {
            questions: Vec<String>,
        }
        let room = self
            .llm
            .settings()
            .context_characters
            .saturating_sub(extract::system(view.language, self.llm.house()).len());
        let sources = split::parts(&view.shown(), room).into_iter().next()?;
        let lacks = thin::in_words(lacks, view.language);
        let user = questions::User { french: view.french(), sources: &sources, lacks: &lacks };
        let prompt = questions::prompt(self.llm.house(), &user);
        let question = Question { purpose: Purpose::Questions, intervention: Some(view.id()), prompt: &prompt };
        let read = |answer: &serde_json::Value| {
            let asked = Asked::deserialize(answer).map_err(|e| Useless::new(Flaw::Shape, e.to_string()))?;
            thin::usable(&asked.questions, view.language)
                .ok_or_else(|| Useless::new(Flaw::Shape, "2 to 4 short questions about the machine are expected"))
        };
        match self.llm.ask(&question, read).await {
            Ok(questions) => Some(questions),
            Err(failure) => {
                tracing::info!(%failure, "no questions from the language model; those of the rules serve");
                None
            }
        }
    }
}

#[async_trait]
impl Extractor for ModelExtractor {
    fn provenance(&self) -> Provenance {
        Provenance {
            extractor: "model".into(),
            version: extract::version_of().into(),
            model: Some(self.llm.name().to_owned()),
            parameters: self.llm.parameters(),
        }
    }

    fn preview(&self, case: &Case, redaction: &Redaction) -> Result<Option<Preview>, Fault> {
        let view = View::new(case, redaction);
        let prompts = self.prompts(&view, self.llm.settings().context_characters)?;
        let schema = prompts.first().map(|p| p.schema.clone()).unwrap_or_default();
        let parts = prompts.iter().map(Prompt::messages).collect();
        Ok(Some(Preview { provenance: self.provenance(), schema, parts }))
    }

    async fn extract(&self, case: &Case, redaction: &Redaction) -> Result<Extraction, Fault> {
        let view = View::new(case, redaction);
        let least = extract::system(view.language, self.llm.house()).chars().count() + FRAME + LEAST_ROOM;
        let mut context = self.llm.settings().context_characters;
        let drawn = loop {
            match self.draw(&view, context).await {
                // The model reads less than it is set to: smaller parts go through.
                Err(Failure::TooLong { reason }) if context > least => {
                    tracing::warn!(
                        reason,
                        context,
                        "the language model takes less than llm.context_characters; asking in smaller parts"
                    );
                    context = (context * 2 / 3).max(least);
                }
                other => break other?,
            }
        };
        let lacks = thin::lacks(&view, &drawn);
        if thin::too_thin(&view, &lacks) {
            let mut questions = thin::usable(&drawn.questions, view.language);
            if questions.is_none() {
                questions = self.questions(&view, &lacks).await;
            }
            let questions = questions.unwrap_or_else(|| thin::by_rules(&view, &lacks, &drawn));
            return Ok(Extraction::TooThin { reason: thin::reason(&lacks, view.language), questions });
        }
        Ok(Extraction::Draft(Box::new(content(&view, drawn))))
    }
}

fn content(view: &View<'_>, drawn: Drawn) -> Content {
    let sources = Sources { case: view.case, texts: view.case.texts(), language: view.language };
    let proven: Vec<Statement> = drawn.symptoms.iter().filter(|s| merge::proven(s)).cloned().collect();
    Content {
        language: view.language,
        applies_to: applies_to(&sources, &proven),
        title: drawn.title,
        symptoms: drawn.symptoms,
        cause: drawn.cause,
        prerequisites: drawn.prerequisites,
        tools: drawn.tools,
        parts: drawn.parts,
        hazards: drawn.hazards,
        steps: drawn.steps,
        verification: drawn.verification,
    }
}
