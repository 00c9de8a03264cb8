//! Choosing a password by a one-time link. The link's secret stands behind the `#`, which browsers keep to themselves: a
//! script puts it into the form, and without scripts it is pasted there.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;

use crate::app::App;
use crate::error::Problem;
use crate::input::Form;
use crate::page::{Frame, Visitor, refuse, see_other};
use crate::peer::From;
use crate::session::{self, Redemption};
use crate::words::Entry;

#[derive(Template)]
#[template(path = "link.html")]
struct Link {
    frame: Frame,
    t: &'static Entry,
    refused: Option<String>,
    /// Whether the first administrator's name is asked for: the house has no account yet.
    is_first: bool,
}

/// Asks for a password.
pub(crate) async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    page(&app, &visitor, None).await
}

async fn page(app: &App, visitor: &Visitor, refused: Option<String>) -> Result<Response, Problem> {
    let is_first = app.kit.db.accounts().await?.is_empty();
    visitor.page(|frame| Link { frame, t: Entry::of(visitor.language), refused, is_first })
}

/// A filled-in form.
#[derive(Deserialize)]
pub(crate) struct Filled {
    secret: SecretString,
    password: SecretString,
    name: Option<String>,
}

/// Sets the password and asks to come in; or says what is wrong.
pub(crate) async fn redeem(
    (State(app), From(from)): (State<Arc<App>>, From),
    visitor: Visitor,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let name = filled.name.filter(|name| !name.trim().is_empty());
    let asked = Redemption { secret: filled.secret, password: filled.password, name };
    match session::redeemed(&app, &from, asked).await {
        Ok(name) => {
            let name = serde_urlencoded::to_string([("name", name)]).unwrap_or_default();
            Ok(see_other(&format!("/login?{name}")))
        }
        Err(problem) => {
            let mut answer = page(&app, &visitor, Some(problem.detail(visitor.language).to_owned())).await?;
            refuse(&mut answer, &problem);
            Ok(answer)
        }
    }
}
