//! People who come in by themselves: their account, their sessions, and what a token is for.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::id::{AccountId, SessionId};
use crate::intervention::FieldError;
use crate::text::words;
use crate::viewer::{Hand, Role, Viewer};

/// The longest name of a person, program or organisation, in characters.
pub const LONGEST_NAME: usize = 100;

/// How often the use of a session or token is written down: reads must not all become writes.
pub(crate) const TO_THE: Duration = Duration::from_secs(60);

words!(
    /// What a token is for. Its role may allow more: of both, the narrower holds.
    Scope {
        /// Deliver interventions, answer questions, tell what helped.
        Deliver = "deliver",
        /// Read and search.
        Read = "read",
        /// See drafts, edit them and decide.
        Review = "review",
        /// See where the line stands, and give failed steps another life.
        Operate = "operate",
        /// Accounts, sessions of others, tokens.
        Administer = "administer",
    }
);

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// Whose it is: decisions are signed with this name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The organisation that a contractor or customer belongs to.
    pub organisation: Option<String>,
    /// Whether a password was set.
    pub has_password: bool,
    /// Whether they come in by OpenID Connect.
    pub federated: bool,
    /// Since when nobody comes in with it.
    pub disabled_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last came in with it.
    pub last_login_at: Option<Timestamp>,
}

impl Account {
    /// Who is looking when its owner does.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        let hand = Some(Hand::Account(self.id));
        Viewer { name: self.name.clone(), role: self.role, organisation: self.organisation.clone(), hand }
    }
}

/// A browser that somebody came in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Its identifier; not the secret.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// What the browser called itself.
    pub agent: String,
    /// When they came in.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

impl Session {
    /// Whether its use at `now` is worth writing down.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) >= TO_THE
    }
}

/// A name as it is compared: case, width and spaces do not tell two persons apart.
#[must_use]
pub fn login_of(name: &str) -> String {
    let folded: String = name.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a character has no place in a name: it breaks lines, hides, or turns the reading direction.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// What is wrong with a name of a person or an organisation, to be kept in `field`.
#[must_use]
pub fn check_name(field: &str, name: &str) -> Option<FieldError> {
    if name.chars().any(is_hidden) {
        let (en, fr) = (
            "holds a line break or a hidden character: write it without",
            "contient un saut de ligne ou un caractère invisible : retirez-le",
        );
        return Some(FieldError::new(field, "control_character", en, fr));
    }
    if login_of(name).is_empty() {
        return Some(FieldError::new(field, "empty", "must not be empty", "ne doit pas être vide"));
    }
    (name.chars().count() > LONGEST_NAME).then(|| {
        let (en, fr) = (format!("at most {LONGEST_NAME} characters"), format!("{LONGEST_NAME} caractères au plus"));
        FieldError::new(field, "too_long", en, fr)
    })
}

/// What is wrong with a viewer who is to be let in: their name, and whether the role goes with an organisation.
#[must_use]
pub fn check_viewer(viewer: &Viewer) -> Vec<FieldError> {
    let mut found: Vec<_> = check_name("name", &viewer.name).into_iter().collect();
    let outside = matches!(viewer.role, Role::Contractor | Role::Customer);
    match &viewer.organisation {
        Some(organisation) if outside => found.extend(check_name("organisation", organisation)),
        None if outside => found.push(FieldError::new(
            "organisation",
            "missing",
            format!("a {} sees only what is theirs: name whose", viewer.role),
            format!("un compte de rôle {} ne voit que ce qui est à lui : indiquez l'organisation", viewer.role),
        )),
        Some(_) => found.push(FieldError::new(
            "organisation",
            "not_taken",
            format!("a {} belongs to the house: leave it out", viewer.role),
            format!("un compte de rôle {} est de la maison : retirez ce champ", viewer.role),
        )),
        None => {}
    }
    if viewer.role == Role::Anonymous {
        let (en, fr) = ("whoever has a name has another role", "qui porte un nom a un autre rôle");
        found.push(FieldError::new("role", "not_possible", en, fr));
    }
    found
}

/// What a browser calls itself, fit to be kept and shown: no control characters, 200 characters at most.
#[must_use]
pub fn agent_of(header: &str) -> String {
    header.chars().filter(|c| !is_hidden(*c)).take(200).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_are_the_same() {
        for name in ["Léa Martin", "léa martin", " LÉA  MARTIN ", "Le\u{301}a Martin", "Ｌéa\u{a0}Martin"] {
            assert_eq!(login_of(name), "léa martin", "{name}");
        }
        assert_ne!(login_of("Lea Martin"), login_of("Léa Martin"), "an accent tells two persons apart");
    }

    #[test]
    fn a_name_cannot_break_a_line_hide_or_be_empty() {
        let code = |name: &str| check_name("name", name).map(|e| e.code);
        assert_eq!(code("Léa Martin (Nord)"), None);
        for bad in ["a\r\nSet-Cookie: x=y", "a\0", "a\u{202e}b", "a\u{200b}", "a\u{2028}b"] {
            assert_eq!(code(bad), Some("control_character"), "{bad:?}");
        }
        assert_eq!((code("  "), code(&"x".repeat(101))), (Some("empty"), Some("too_long")));
    }

    #[test]
    fn only_those_from_outside_have_an_organisation_and_they_must() {
        for role in Role::ALL {
            let outside = matches!(role, Role::Contractor | Role::Customer);
            let with = Viewer { name: "x".into(), role: *role, organisation: Some("Nord".into()), hand: None };
            let without = Viewer::new("x", *role);
            assert_eq!(check_viewer(&with).is_empty(), outside, "{role}");
            assert_eq!(check_viewer(&without).is_empty(), !outside && *role != Role::Anonymous, "{role}");
        }
    }

    #[test]
    fn a_browser_s_name_is_kept_without_what_could_forge_a_line() {
        assert_eq!(agent_of(" Fire\r\nfox\u{202e} "), "Firefox");
        assert_eq!(agent_of(&"é".repeat(500)).chars().count(), 200);
    }
}
