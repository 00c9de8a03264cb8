//! Who has taken a review on, and what reviewers say to each other.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use savoir_models::id::ReviewId;
use savoir_models::intervention::FieldError;
use savoir_models::store::Comment;
use savoir_models::viewer::Viewer;
use serde::Deserialize;

use crate::app::App;
use crate::error::{Code, Problem};
use crate::input::{At, Form};
use crate::page::{Visitor, see_other};

/// The longest comment, in characters.
const LONGEST: usize = 5_000;

/// Whether the reader takes the review on, or leaves it.
#[derive(Deserialize)]
pub(crate) struct Taking {
    take: String,
}

/// Takes an open review on, or leaves it to others.
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<ReviewId>,
    Form(asked): Form<Taking>,
) -> Result<Response, Problem> {
    let name = (asked.take == "yes").then_some(visitor.viewer()?.name.as_str());
    let mut tx = app.kit.db.begin().await?;
    if !tx.assign(id, name).await? {
        return Err(if app.kit.db.review(id).await?.is_some() { Code::AlreadyDecided } else { Code::NotFound }.into());
    }
    tx.commit().await?;
    Ok(see_other(&format!("/reviews/{id}")))
}

/// A comment.
#[derive(Deserialize)]
pub(crate) struct Said {
    text: String,
}

/// Keeps a comment, and calls those whom it names.
pub(crate) async fn say(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<ReviewId>,
    Form(said): Form<Said>,
) -> Result<Response, Problem> {
    let text = said.text.trim().to_owned();
    if text.is_empty() || text.chars().count() > LONGEST {
        let (en, fr) = (format!("1 to {LONGEST} characters"), format!("de 1 à {LONGEST} caractères"));
        return Err(Problem::field(Code::InvalidFields, FieldError::new("text", "out_of_range", en, fr)));
    }
    app.kit.db.review(id).await?.ok_or(Code::NotFound)?;
    let reviewers = app.kit.db.accounts().await?.into_iter().filter(|account| account.viewer().may_review());
    let called = called(&text, reviewers.map(|account| account.viewer()));
    let comment = Comment { author: visitor.viewer()?.name.clone(), text, created_at: app.kit.clock.now() };
    let mut tx = app.kit.db.begin().await?;
    tx.comment(id, &comment, &called).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/reviews/{id}#talk")))
}

/// The names that stand in the text after an « @ », whatever their capitals.
fn called(text: &str, reviewers: impl Iterator<Item = Viewer>) -> Vec<String> {
    let text = text.to_lowercase();
    let names = reviewers.map(|viewer| viewer.name);
    names.filter(|name| text.contains(&format!("@{}", name.to_lowercase()))).collect()
}

#[cfg(test)]
mod tests {
    use savoir_models::viewer::Role;

    use super::*;

    #[test]
    fn who_is_named_after_an_at_sign_is_called() {
        let all = || ["Anne Keller", "Paul"].into_iter().map(|name| Viewer::new(name, Role::Expert));
        assert_eq!(called("@anne keller, qu'en dis-tu ?", all()), ["Anne Keller"]);
        assert_eq!(called("Paul est d'accord", all()), [""; 0]);
    }
}
