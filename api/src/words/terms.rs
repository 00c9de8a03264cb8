//! The words of the house's closed sets.

use savoir_models::content::HazardKind;
use savoir_models::text::Language;
use savoir_models::viewer::{Audience, Role};

use super::words;

words! {
    /// Roles, audiences, dangers.
    Terms {
        administrator: "administrateur" | "administrator";
        expert: "expert" | "expert";
        safety: "sécurité" | "safety";
        technician: "technicien" | "technician";
        contractor: "sous-traitant" | "contractor";
        coordinator: "coordinateur" | "coordinator";
        customer: "client" | "customer";
        service: "connecteur" | "connector";
        anonymous: "visiteur" | "visitor";
        for_internal: "Experts seulement" | "Experts only";
        for_technician: "Techniciens" | "Technicians";
        for_contractor: "Techniciens et sous-traitants" | "Technicians and contractors";
        for_customer: "Clients aussi" | "Customers too";
        isolation: "Énergie à consigner" | "Lock out energy";
        electricity: "Danger électrique" | "Electrical danger";
        pressure: "Pression" | "Pressure";
        heat: "Brûlure" | "Burns";
        height: "Travail en hauteur" | "Work at height";
        chemical: "Produit chimique" | "Chemical";
        refrigerant: "Fluide frigorigène" | "Refrigerant";
        moving_parts: "Pièces en mouvement" | "Moving parts";
    }
}

/// A role.
pub(crate) const fn role(role: Role, language: Language) -> &'static str {
    let t = Terms::of(language);
    match role {
        Role::Administrator => t.administrator,
        Role::Expert => t.expert,
        Role::Safety => t.safety,
        Role::Technician => t.technician,
        Role::Contractor => t.contractor,
        Role::Coordinator => t.coordinator,
        Role::Customer => t.customer,
        Role::Service => t.service,
        Role::Anonymous => t.anonymous,
    }
}

/// For whom something is.
pub(crate) const fn audience(audience: Audience, language: Language) -> &'static str {
    let t = Terms::of(language);
    match audience {
        Audience::Internal => t.for_internal,
        Audience::Technician => t.for_technician,
        Audience::Contractor => t.for_contractor,
        Audience::Customer => t.for_customer,
    }
}

/// What can hurt.
pub(crate) const fn hazard(kind: HazardKind, language: Language) -> &'static str {
    let t = Terms::of(language);
    match kind {
        HazardKind::Isolation => t.isolation,
        HazardKind::Electricity => t.electricity,
        HazardKind::Pressure => t.pressure,
        HazardKind::Heat => t.heat,
        HazardKind::Height => t.height,
        HazardKind::Chemical => t.chemical,
        HazardKind::Refrigerant => t.refrigerant,
        HazardKind::MovingParts => t.moving_parts,
    }
}
