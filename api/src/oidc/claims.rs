//! What the provider says of a person, and who that makes them here.

use savoir_models::account::{LONGEST_NAME, check_name, check_viewer};
use savoir_models::viewer::{Role, Viewer};
use serde_json::{Map, Value};

use crate::config::Oidc;
use crate::error::{Code, Problem};

/// Who somebody with these claims is.
///
/// # Errors
/// When no role is meant for them, or what they are to be called cannot be taken.
pub(super) fn viewer(oidc: &Oidc, claims: &Map<String, Value>) -> Result<Viewer, Problem> {
    let role = role(oidc, claims).ok_or(Code::OidcNoRole)?;
    let name = text(claims, &oidc.name_claim).filter(|name| check_name("name", name).is_none());
    let name = name.ok_or_else(|| unusable(&oidc.name_claim))?;
    let organisation = match (&oidc.organisation_claim, role) {
        (Some(claim), Role::Contractor | Role::Customer) => Some(text(claims, claim).ok_or_else(|| unusable(claim))?),
        _ => None,
    };
    let viewer = Viewer { name, role, organisation, hand: None };
    if check_viewer(&viewer).is_empty() {
        return Ok(viewer);
    }
    Err(unusable(oidc.organisation_claim.as_deref().unwrap_or_default()))
}

/// A name with a number, for one that is taken; short enough to be kept.
pub(super) fn numbered(name: &str, n: u32) -> String {
    let number = format!(" ({n})");
    let room = LONGEST_NAME - number.chars().count();
    format!("{}{number}", name.chars().take(room).collect::<String>().trim_end())
}

/// The first role of the settings whose values the claim has.
fn role(oidc: &Oidc, claims: &Map<String, Value>) -> Option<Role> {
    let has = |wanted: &str| match find(claims, &oidc.role_claim) {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(wanted)),
        _ => false,
    };
    oidc.roles.values().find(|(value, _)| has(value)).map(|(_, role)| role)
}

fn text(claims: &Map<String, Value>, claim: &str) -> Option<String> {
    let text = match find(claims, claim)? {
        Value::String(text) => text,
        Value::Array(all) if all.len() == 1 => all[0].as_str()?,
        _ => return None,
    };
    Some(text.trim().to_owned())
}

/// A claim by its name, or, where there is none of this name, by the way to it: `realm_access.roles`.
fn find<'a>(claims: &'a Map<String, Value>, claim: &str) -> Option<&'a Value> {
    if let Some(found) = claims.get(claim) {
        return Some(found);
    }
    let mut steps = claim.split('.');
    let first = claims.get(steps.next()?)?;
    steps.try_fold(first, |inside, step| inside.get(step))
}

fn unusable(claim: &str) -> Problem {
    Problem::new(
        Code::OidcRefused,
        format!("The log-in provider says nothing usable in the claim « {claim} »: ask an administrator."),
        format!("Le fournisseur d'identité ne dit rien d'utilisable dans « {claim} » : voyez un administrateur."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Sources};
    use serde_json::json;

    fn settings(role_claim: &str) -> Oidc {
        let pairs = [
            ("oidc.issuer", "https://login.example.com"),
            ("oidc.client_id", "savoir"),
            ("server.public_url", "https://savoir.example.com"),
            ("oidc.role_claim", role_claim),
            ("oidc.organisation_claim", "company"),
            ("oidc.roles.expert", "CN=Experts,OU=SAV; seniors"),
            ("oidc.roles.technician", "field"),
            ("oidc.roles.contractor", "partners"),
        ];
        let overrides = pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec();
        Config::load(&Sources { overrides, ..Sources::default() }).unwrap().oidc
    }

    fn judged(role_claim: &str, claims: Value) -> Result<Viewer, Code> {
        viewer(&settings(role_claim), claims.as_object().unwrap()).map_err(|problem| problem.code())
    }

    #[test]
    fn groups_make_a_role_and_the_first_of_the_list_holds() {
        let role = |groups: Value| judged("groups", json!({"name": "Léa", "groups": groups})).map(|v| v.role);
        assert_eq!(role(json!(["x", "CN=Experts,OU=SAV"])), Ok(Role::Expert));
        assert_eq!(role(json!("field")), Ok(Role::Technician));
        assert_eq!(role(json!(["field", "seniors"])), Ok(Role::Expert), "whatever the provider's order");
        for none in
            [json!([]), json!("fields"), json!("FIELD"), json!({"field": true}), json!(null), json!([["field"]])]
        {
            assert_eq!(role(none.clone()), Err(Code::OidcNoRole), "{none}");
        }
    }

    #[test]
    fn a_claim_may_lie_deeper_or_have_dots_in_its_name() {
        let claims = json!({"name": "Léa", "realm_access": {"roles": ["field"]}, "https://x.example/roles": "seniors"});
        assert_eq!(judged("realm_access.roles", claims.clone()).map(|v| v.role), Ok(Role::Technician));
        assert_eq!(judged("https://x.example/roles", claims.clone()).map(|v| v.role), Ok(Role::Expert));
        assert_eq!(judged("realm_access.none", claims), Err(Code::OidcNoRole));
    }

    #[test]
    fn those_from_outside_need_an_organisation_and_those_from_inside_get_none() {
        let person = |groups: &str, company: Value| {
            judged("groups", json!({"name": "Max", "groups": groups, "company": company}))
        };
        assert_eq!(person("partners", json!("Nordservice")).unwrap().organisation.as_deref(), Some("Nordservice"));
        assert_eq!(person("partners", json!(["Nordservice"])).unwrap().organisation.as_deref(), Some("Nordservice"));
        for bad in [json!(null), json!(""), json!(["a", "b"]), json!("a\nb")] {
            assert_eq!(person("partners", bad.clone()), Err(Code::OidcRefused), "{bad}");
        }
        assert_eq!(person("field", json!("Nordservice")).unwrap().organisation, None);
    }

    #[test]
    fn a_name_that_could_not_be_kept_is_refused() {
        for name in [json!(null), json!(" "), json!("a\r\nb"), json!(7)] {
            assert_eq!(judged("groups", json!({"name": name, "groups": "field"})), Err(Code::OidcRefused), "{name}");
        }
    }

    #[test]
    fn a_number_fits_behind_the_longest_name() {
        assert_eq!(numbered("Léa Martin", 2), "Léa Martin (2)");
        assert_eq!(numbered(&"é".repeat(100), 12).chars().count(), 100);
    }
}
