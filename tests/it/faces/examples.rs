//! Every page of the URL table, by an example: a page that is missing here fails.

use std::collections::BTreeMap;

use savoir_api::routes::{ROUTES, Route, Who};
use savoir_models::viewer::Role;

/// A page to look at.
pub(super) struct Example {
    /// The row of the URL table.
    pub(super) route: &'static str,
    /// As whom; `None` for somebody who has not come in.
    pub(super) role: Option<Role>,
    /// Path and query; what stands in braces is one of [`savoir_tests::furnished::known`].
    pub(super) path: &'static str,
}

const fn of(route: &'static str, role: Option<Role>, path: &'static str) -> Example {
    Example { route, role, path }
}

/// Pages, and their states that look otherwise.
pub(super) const EXAMPLES: &[Example] = &[
    of("/", Some(Role::Technician), "/"),
    of("/", Some(Role::Technician), "/?q=E42"),
    of("/", Some(Role::Technician), "/?q=E42&family=four"),
    of("/", Some(Role::Customer), "/?q=machine"),
    of("/procedures/{id}", Some(Role::Technician), "/procedures/{procedure}"),
    of("/procedures/{id}", Some(Role::Expert), "/procedures/{open}"),
    of("/procedures/{id}", Some(Role::Customer), "/procedures/{open}"),
    of("/procedures/{id}", Some(Role::Technician), "/procedures/{procedure}?thanks=1"),
    of("/reviews", Some(Role::Expert), "/reviews"),
    of("/reviews", Some(Role::Expert), "/reviews?minutes=30&verdict=new"),
    of("/reviews", Some(Role::Safety), "/reviews?family=rien"),
    of("/reviews/{id}", Some(Role::Expert), "/reviews/{review}"),
    of("/reviews/{id}", Some(Role::Expert), "/reviews/{compared}"),
    of("/reviews/{id}", Some(Role::Expert), "/reviews/{flawed}"),
    of("/reviews/{id}", Some(Role::Administrator), "/reviews/{decided}"),
    of("/openings", Some(Role::Safety), "/openings"),
    of("/openings", Some(Role::Coordinator), "/openings"),
    of("/report", Some(Role::Technician), "/report"),
    of("/interventions", Some(Role::Technician), "/interventions"),
    of("/interventions", Some(Role::Coordinator), "/interventions?waiting=true"),
    of("/interventions/{id}", Some(Role::Technician), "/interventions/{intervention}"),
    of("/interventions/{id}", Some(Role::Technician), "/interventions/{thin}"),
    of("/desk", Some(Role::Coordinator), "/desk"),
    of("/chat", Some(Role::Customer), "/chat"),
    of("/chat/{key}", None, "/chat/{site}"),
    of("/requests", Some(Role::Coordinator), "/requests"),
    of("/requests", Some(Role::Coordinator), "/requests?state=closed"),
    of("/requests/{id}", Some(Role::Coordinator), "/requests/{request}"),
    of("/login", None, "/login"),
    of("/login", None, "/login?to=/&name=Samir"),
    of("/link", None, "/link"),
];

/// What browsers ask for by themselves, and files.
const NO_PAGES: &[&str] = &["/static/{file}", "/desk/weeks.csv", "/chat.js"];

impl Example {
    /// Path and query, filled.
    pub(super) fn path(&self, known: &BTreeMap<&'static str, String>) -> String {
        self.path_if_known(known).unwrap_or_else(|| panic!("{}: the house has no such thing: {known:?}", self.path))
    }

    /// The same, where the house has such a thing.
    pub(super) fn path_if_known(&self, known: &BTreeMap<&'static str, String>) -> Option<String> {
        let filled =
            known.iter().fold(self.path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        (!filled.contains('{')).then_some(filled)
    }

    /// A word for messages and file names.
    pub(super) fn name(&self) -> String {
        let plain: String = self.path.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let plain: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
        let role = self.role.map_or("nobody", Role::as_str);
        if plain.is_empty() { format!("start-{role}") } else { format!("{}-{role}", plain.join("-")) }
    }

    /// Whether it is used standing, with one hand.
    pub(super) fn is_for_phones(&self) -> bool {
        !matches!(self.role, Some(Role::Administrator | Role::Coordinator | Role::Expert | Role::Safety))
    }
}

fn pages() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| route.is_page() && route.verb() == "GET" && !NO_PAGES.contains(&route.path))
}

#[test]
fn every_page_of_the_url_table_has_an_example() {
    let without: Vec<_> = pages().map(|r| r.path).filter(|path| EXAMPLES.iter().all(|e| e.route != *path)).collect();
    assert!(without.is_empty(), "add an example to {}: {without:?}", file!());
}

#[test]
fn every_example_is_of_a_page_that_its_reader_may_see() {
    for example in EXAMPLES {
        let route = pages().find(|route| route.path == example.route).unwrap_or_else(|| panic!("no {}", example.route));
        let lets_in = match (route.who, example.role) {
            (Who::Anyone, _) => true,
            (Who::Roles(roles) | Who::LocalOr(roles) | Who::VisitorsOr(roles), Some(role)) => roles.contains(&role),
            (Who::Roles(_) | Who::LocalOr(_) | Who::VisitorsOr(_), None) => false,
        };
        assert!(lets_in, "{} as {:?}", example.path, example.role);
    }
}
