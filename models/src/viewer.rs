//! Who is looking.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

/// Who is looking: there is no reading and no search without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Viewer {
    /// The name that decisions are signed with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The organisation they belong to, for those from outside.
    pub organisation: Option<String>,
}

impl Viewer {
    /// A viewer of the house itself.
    pub fn new(name: impl Into<String>, role: Role) -> Self {
        Self { name: name.into(), role, organisation: None }
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
