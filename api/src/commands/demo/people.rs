//! Those who may look at a demo: accounts for browsers, tokens for programs.

use std::time::Duration;

use anyhow::anyhow;
use savoir_models::audit::{Action, Entry};
use savoir_models::id;
use savoir_models::viewer::{Role, Viewer};
use savoir_pipeline::kit::Kit;

use crate::passwords::Passwords;

/// How to come in.
#[derive(Default)]
pub(super) struct People {
    /// Names of accounts, by role.
    pub(super) names: Vec<(Role, &'static str)>,
    /// The password of all of them: another one each time.
    pub(super) password: String,
    /// Tokens, by role.
    pub(super) tokens: Vec<(Role, String)>,
}

const FIRM: &str = "Client de démonstration";
const PROVIDER: &str = "Prestataire de démonstration";

const ACCOUNTS: [(Role, &str, Option<&str>); 7] = [
    (Role::Administrator, "administrateur", None),
    (Role::Expert, "expert", None),
    (Role::Safety, "sécurité", None),
    (Role::Coordinator, "coordinateur", None),
    (Role::Technician, "technicien", None),
    (Role::Contractor, "sous-traitant", Some(PROVIDER)),
    (Role::Customer, "client", Some(FIRM)),
];

const BEARERS: [(Role, &str, Option<&str>); 5] = [
    (Role::Administrator, "Démo administrateur", None),
    (Role::Expert, "Démo expert", None),
    (Role::Technician, "Démo technicien", None),
    (Role::Customer, "Démo client", Some(FIRM)),
    (Role::Service, "Démo connecteur", None),
];

/// An account and, for trying the API, a token for a role each.
pub(super) async fn people(kit: &Kit) -> anyhow::Result<People> {
    let password = id::secret(6);
    let hash = Passwords::default().hash(password.clone()).await;
    let hash = hash.map_err(|_| anyhow!("the password of the demo accounts cannot be kept"))?;
    let now = kit.clock.now();
    let mut people = People { password, ..People::default() };
    for (role, name, organisation) in ACCOUNTS {
        let viewer = Viewer { organisation: organisation.map(Into::into), ..Viewer::new(name, role) };
        // In a folder that was named, they may be there from the last time.
        let known = kit.db.account_named(name).await?.map(|known| known.account.id);
        let mut tx = kit.db.begin().await?;
        let id = match known {
            Some(id) => id,
            None => {
                let made = tx.put_account(&viewer, None, now).await?;
                let id = made.ok_or_else(|| anyhow!("the account {name} cannot be made"))?;
                tx.note(Entry::new(&viewer, Action::AccountMade, id, format!("{role}, for the demo")), now);
                id
            }
        };
        tx.set_password(id, &hash, now).await?;
        tx.note(Entry::new(&viewer, Action::PasswordSet, id, "for the demo"), now);
        tx.commit().await?;
        people.names.push((role, name));
    }
    let mut tx = kit.db.begin().await?;
    for (role, name, organisation) in BEARERS {
        let viewer = Viewer { organisation: organisation.map(Into::into), ..Viewer::new(name, role) };
        // A demo's tokens need not outlive the week in which somebody looks at it.
        let end = now.after(Duration::from_secs(7 * 86_400));
        people.tokens.push((role, tx.put_token(&viewer, Some(end), now).await?));
        tx.note(Entry::new(&viewer, Action::TokenMade, &viewer.name, format!("{role}, for the demo")), now);
    }
    tx.commit().await?;
    Ok(people)
}
