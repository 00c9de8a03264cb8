//! Cases that a text under review took statements over from.

use std::collections::BTreeSet;

use savoir_models::content::Content;
use savoir_models::evidence::Source;
use savoir_models::id::{DraftId, InterventionId};
use serde::Serialize;
use utoipa::ToSchema;

use super::EvidenceText;
use crate::app::App;
use crate::error::Problem;

/// The texts of another case that statements rest on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OtherTexts {
    /// The draft that evidence names it by.
    pub(crate) draft: DraftId,
    /// Its intervention.
    intervention: InterventionId,
    /// Every text of it, in reading order.
    pub(crate) texts: Vec<EvidenceText>,
}

/// The texts of the other cases that the evidence of `content` names, as far as they are there.
pub(super) async fn texts(app: &App, content: &Content) -> Result<Vec<OtherTexts>, Problem> {
    let statements = content.statements();
    let evidence = statements.iter().flat_map(|(_, s)| &s.evidence);
    let named: BTreeSet<DraftId> = evidence
        .filter_map(|e| match &e.source {
            Source::Elsewhere { draft, .. } => Some(*draft),
            _ => None,
        })
        .collect();
    let mut out = Vec::new();
    for draft in named {
        let Some(found) = app.kit.db.draft(draft).await? else { continue };
        let Some(case) = app.kit.db.case(found.intervention).await? else { continue };
        out.push(OtherTexts { draft, intervention: found.intervention, texts: EvidenceText::of(&case) });
    }
    Ok(out)
}
