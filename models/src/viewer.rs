//! Who is looking.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AccountId, NotAnId};
use crate::text::words;

words!(
    /// What a person or a program may do.
    Role {
        /// Everything, tokens and settings included.
        Administrator = "administrator",
        /// Reviews and approves.
        Expert = "expert",
        /// Second approver of what can hurt.
        Safety = "safety",
        /// Looks for fixes in the field, answers questions.
        Technician = "technician",
        /// A technician of another organisation.
        Contractor = "contractor",
        /// Sees what is stuck and what recurs.
        Coordinator = "coordinator",
        /// The one whose machine it is.
        Customer = "customer",
        /// A program: delivers interventions.
        Service = "service",
        /// A visitor of the chat who said no name: comes by a web site's key, and sees what all customers see.
        Anonymous = "anonymous",
    }
);

words!(
    /// For whom a text is meant; each word includes those before it.
    Audience {
        /// Experts and the house's own staff.
        Internal = "internal",
        /// The house's technicians.
        Technician = "technician",
        /// Technicians of other organisations.
        Contractor = "contractor",
        /// Customers.
        Customer = "customer",
    }
);

impl Audience {
    /// Whether readers of this class see what is meant for `audience`.
    #[must_use]
    pub fn sees(self, audience: Self) -> bool {
        self <= audience
    }

    /// The classes of readers who see what is meant for this audience.
    #[must_use]
    pub fn classes(self) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|class| class.sees(self)).collect()
    }

    /// From outside the house: sees what is opened to it, never what the house says among itself.
    #[must_use]
    pub const fn is_outside(self) -> bool {
        matches!(self, Self::Contractor | Self::Customer)
    }
}

/// Whose hand an act is by, beyond the name that it is signed with: names change, and two persons may share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// A person who came in with this account.
    Account(AccountId),
    /// A program with a token that this account made: it may act for the account, or for whoever it is named after.
    Token(AccountId),
}

impl Hand {
    /// The account behind it.
    #[must_use]
    pub fn account(self) -> AccountId {
        let (Self::Account(id) | Self::Token(id)) = self;
        id
    }
}

impl fmt::Display for Hand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if matches!(self, Self::Account(_)) { "account" } else { "token" };
        write!(f, "{kind} {}", self.account())
    }
}

impl FromStr for Hand {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        match text.split_once(' ') {
            Some(("account", id)) => id.parse().map(Self::Account),
            Some(("token", id)) => id.parse().map(Self::Token),
            _ => Err(NotAnId(text.into())),
        }
    }
}

/// A name that was signed with, and whose hand it was, where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The name as it was then.
    pub name: String,
    /// Missing for what was signed before hands were kept, and for tokens made at the command line.
    pub hand: Option<Hand>,
}

impl Signed {
    /// Whether the two may be one person. By their accounts, where both came in with one; a token's name counts beside the
    /// account that made it, for it may be in the hands of either.
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        match (self.hand, other.hand) {
            (Some(one), Some(two)) if one.account() == two.account() => true,
            (Some(Hand::Account(_)), Some(Hand::Account(_))) => false,
            _ => plain(&self.name) == plain(&other.name),
        }
    }
}

/// A name as two are compared: a capital or a space more does not make another person.
fn plain(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Who is looking: there is no reading and no search without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Viewer {
    /// The name that decisions are signed with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The organisation they belong to, for those from outside.
    pub organisation: Option<String>,
    /// Whose hand it is, where that is known: it is kept and compared, and shown to nobody.
    #[serde(skip)]
    #[schema(ignore)]
    pub hand: Option<Hand>,
}

impl Viewer {
    /// A viewer of the house itself.
    pub fn new(name: impl Into<String>, role: Role) -> Self {
        Self { name: name.into(), role, organisation: None, hand: None }
    }

    /// What they sign with.
    #[must_use]
    pub fn signed(&self) -> Signed {
        Signed { name: self.name.clone(), hand: self.hand }
    }

    /// The class of readers this viewer belongs to: of everything that is shown, they see what is meant for it. A program
    /// that delivers belongs to none, and reads nothing.
    #[must_use]
    pub const fn class(&self) -> Option<Audience> {
        match self.role {
            Role::Administrator | Role::Expert | Role::Safety | Role::Coordinator => Some(Audience::Internal),
            Role::Technician => Some(Audience::Technician),
            Role::Contractor => Some(Audience::Contractor),
            Role::Customer | Role::Anonymous => Some(Audience::Customer),
            Role::Service => None,
        }
    }

    /// May read texts for `audience`.
    #[must_use]
    pub fn may_read(&self, audience: Audience) -> bool {
        self.class().is_some_and(|class| class.sees(audience))
    }

    /// May see drafts and decide on reviews.
    #[must_use]
    pub fn may_review(&self) -> bool {
        matches!(self.role, Role::Administrator | Role::Expert | Role::Safety)
    }

    /// The provider whose interventions alone this viewer sees; `None` means no such limit. A contractor without an
    /// organisation sees none.
    #[must_use]
    pub fn provider_scope(&self) -> Option<String> {
        (self.role == Role::Contractor).then(|| self.organisation.clone().unwrap_or_default())
    }

    /// The customer whose interventions alone this viewer sees; `None` means no such limit. An unnamed visitor sees nobody's.
    #[must_use]
    pub fn customer_scope(&self) -> Option<String> {
        matches!(self.role, Role::Customer | Role::Anonymous).then(|| self.organisation.clone().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_are_told_apart_by_their_accounts_and_tokens_by_name_as_well() {
        let (one, two) = (AccountId::new(), AccountId::new());
        let signed = |name: &str, hand| Signed { name: name.into(), hand };
        let anne = signed("Anne", Some(Hand::Account(one)));
        for (name, hand, same) in [
            ("Zoé", Some(Hand::Account(one)), true),
            ("Anne", Some(Hand::Account(two)), false),
            ("Zoé", Some(Hand::Token(one)), true),
            (" anne", Some(Hand::Token(two)), true),
            ("Zoé", Some(Hand::Token(two)), false),
            ("ANNE", None, true),
            ("Zoé", None, false),
        ] {
            let other = signed(name, hand);
            assert_eq!((anne.may_be(&other), other.may_be(&anne)), (same, same), "{name} {hand:?}");
        }
    }

    #[test]
    fn a_hand_is_kept_as_a_text_and_read_back() {
        for hand in [Hand::Account(AccountId::new()), Hand::Token(AccountId::new())] {
            assert_eq!(hand.to_string().parse(), Ok(hand));
        }
        assert!("account".parse::<Hand>().is_err() && "account x".parse::<Hand>().is_err());
        let shown = serde_json::to_string(&Viewer {
            hand: Some(Hand::Token(AccountId::new())),
            ..Viewer::new("x", Role::Safety)
        });
        assert!(!shown.unwrap().contains("hand"), "it is nobody's business");
    }
}
