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

    /// The audiences whose texts this viewer may read.
    #[must_use]
    pub fn audiences(&self) -> &'static [Audience] {
        match self.role {
            Role::Administrator | Role::Expert | Role::Safety | Role::Coordinator => Audience::ALL,
            Role::Technician => &[Audience::Technician, Audience::Contractor, Audience::Customer],
            Role::Contractor => &[Audience::Contractor, Audience::Customer],
            Role::Customer => &[Audience::Customer],
            Role::Service => &[],
        }
    }

    /// May read texts for `audience`.
    #[must_use]
    pub fn may_read(&self, audience: Audience) -> bool {
        self.audiences().contains(&audience)
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

    /// The customer whose interventions alone this viewer sees; `None` means no such limit.
    #[must_use]
    pub fn customer_scope(&self) -> Option<String> {
        (self.role == Role::Customer).then(|| self.organisation.clone().unwrap_or_default())
    }
}
