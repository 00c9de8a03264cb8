//! The forms by which an expert changes a draft: one change each, so that the page works without scripts and two experts
//! collide on as little as possible.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use savoir_models::amend::Amendment;
use savoir_models::content::AppliesTo;
use savoir_models::evidence::{Evidence, Place};
use savoir_models::id::ReviewId;
use savoir_models::intervention::FieldError;
use serde::Deserialize;

use super::evidence::row;
use crate::app::App;
use crate::error::{Code, Problem};
use crate::input::{At, Form};
use crate::page::{Visitor, see_other};
use crate::reviews::{self, Overrides, Vouched};

/// A filled-in form. What is left out belongs to another change.
#[derive(Deserialize)]
pub(crate) struct Filled {
    version: i64,
    /// Which change.
    op: String,
    /// The statement, or the list to add to.
    #[serde(default)]
    path: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    audience: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    reference: String,
    #[serde(default)]
    quantity: String,
    #[serde(default)]
    quote: String,
    #[serde(default)]
    family: String,
    #[serde(default)]
    manufacturer: String,
    #[serde(default)]
    models: String,
    #[serde(default)]
    error_codes: String,
    #[serde(default)]
    reason: String,
}

/// Makes one change to a draft, or overrides what is held against a statement.
pub(crate) async fn edit(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<ReviewId>,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let (viewer, seen) = (visitor.viewer()?, filled.version);
    let there = format!("/reviews/{id}#{}", row(&filled.path));
    if filled.op == "vouch" {
        let statements = vec![Vouched { path: filled.path, code: None }];
        let reason = Some(filled.reason).filter(|reason| !reason.trim().is_empty());
        reviews::overridden(&app, viewer, id, (seen, Overrides { statements, reason })).await?;
        return Ok(see_other(&there));
    }
    let page = reviews::read(&app, viewer, id).await?;
    let amendment = amendment(filled, &page)?;
    let mut content = page.draft.content;
    if !content.amend(&amendment) {
        let (en, fr) =
            ("there is no such statement: read the draft again", "cet énoncé n'existe pas : relisez le brouillon");
        return Err(Problem::field(Code::InvalidFields, FieldError::new("path", "unknown", en, fr)));
    }
    reviews::replace(&app, viewer, id, (seen, content)).await?;
    Ok(see_other(&there))
}

fn amendment(filled: Filled, page: &reviews::ReviewPage) -> Result<Amendment, Problem> {
    let wrong = |field: &str, en: &str, fr: &str| {
        Problem::field(Code::InvalidFields, FieldError::new(field, "invalid", en, fr))
    };
    let said = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let path = filled.path;
    Ok(match filled.op.as_str() {
        "say" => Amendment::Say { path, text: filled.text },
        "remove" => Amendment::Say { path, text: String::new() },
        "add" => Amendment::Add { section: path, text: filled.text },
        "up" | "down" => Amendment::Shift { path, up: filled.op == "up" },
        "narrow" => {
            let audience = said(filled.audience).map(|word| word.parse()).transpose();
            let unknown = |_| wrong("audience", "is no audience", "n'est pas un public connu");
            Amendment::Narrow { path, audience: audience.map_err(unknown)? }
        }
        "kind" => {
            let unknown = |_| wrong("kind", "is no kind of danger", "n'est pas une nature de danger");
            Amendment::Kind { path, kind: filled.kind.parse().map_err(unknown)? }
        }
        "needs" => {
            let quantity = said(filled.quantity).map(|n| n.replace(',', ".").parse::<f64>()).transpose();
            let good = quantity.ok().filter(|n| n.is_none_or(|n| n.is_finite() && n > 0.0));
            let quantity = good.ok_or_else(|| {
                wrong("quantity", "a number above 0 is expected", "un nombre supérieur à 0 est attendu")
            })?;
            Amendment::Needs { path, reference: said(filled.reference), quantity }
        }
        "rest" => {
            // Line ends of a form are not those of the text.
            let quote = filled.quote.replace("\r\n", "\n").trim().to_owned();
            let quoted = page.texts.iter().find(|text| !quote.is_empty() && text.text.contains(&quote));
            let (en, fr) = (
                "does not stand in this case, to the letter: select it in the evidence",
                "ne se trouve pas à la lettre dans cette intervention : sélectionnez les mots dans les preuves",
            );
            let text = quoted.ok_or_else(|| wrong("quote", en, fr))?;
            Amendment::Rest { path, evidence: Evidence { source: text.source.clone(), quote, place: Place::default() } }
        }
        "machines" => {
            let list =
                |text: &str| text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect();
            let firmware = page.draft.content.applies_to.firmware.clone();
            let (models, error_codes) = (list(&filled.models), list(&filled.error_codes));
            let (family, manufacturer) = (said(filled.family), said(filled.manufacturer));
            Amendment::Machines(AppliesTo { family, manufacturer, models, error_codes, firmware })
        }
        _ => return Err(wrong("op", "is no change that is known here", "n'est pas une modification connue ici")),
    })
}
