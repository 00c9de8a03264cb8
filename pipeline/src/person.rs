//! One person's data: where they stand, and how they are erased without unsettling what experts approved.
//!
//! Texts of a case are changed in place, so what quotes them moves with them: a quote keeps standing, to the letter, where
//! its place says. The log of who did what is not touched, nor are copies outside the database.

mod erase;
mod spell;

use std::collections::HashMap;

use savoir_models::account::Account;
use savoir_models::redaction::{PersonalData, Redaction};
use savoir_models::store::{Db, Held, StoreError, TEXTS, TextColumn};
use serde::Serialize;
use serde_json::Value;

pub use erase::{Erased, Wish, erase, rebuild};
pub use spell::{ERASED, Person};

/// Rows read at once.
const PAGE: i64 = 500;

/// What is shown around a person, in bytes each side.
const AROUND: usize = 120;

/// A text in which the person stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Occurrence {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row.
    pub id: String,
    /// The case, the procedure or the draft that it belongs to.
    pub owner: String,
    /// The words around each place where the person stands.
    pub texts: Vec<String>,
    /// Whether it is the name that an account signed with.
    pub signed: bool,
}

/// Where a person stands.
pub struct Found {
    /// The person, as they are called everywhere.
    person: Person,
    /// The same, as they are also called in one case and in what was drawn from it.
    called: HashMap<String, Person>,
    /// Every text in which they stand.
    pub occurrences: Vec<Occurrence>,
    /// The accounts of their name.
    pub accounts: Vec<Account>,
}

impl Found {
    /// The person as they are called in what belongs to `owner`.
    fn who(&self, owner: &str) -> &Person {
        self.called.get(owner).unwrap_or(&self.person)
    }
}

/// Looks for a person in every text that is kept.
///
/// # Errors
/// When the database fails, or a row does not read as what was written.
pub async fn find(db: &Db, person: &Person) -> Result<Found, StoreError> {
    let accounts = db.accounts().await?.into_iter().filter(|a| person.is(&a.name)).collect();
    let called = called(db, person).await?;
    let mut found = Found { person: person.clone(), called, occurrences: Vec::new(), accounts };
    for column in TEXTS {
        let mut after = String::new();
        loop {
            let rows = db.texts(column, &after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.id);
            for row in rows {
                let texts = around(column, &row, found.who(&row.owner));
                if !texts.is_empty() {
                    let Held { id, owner, .. } = row;
                    let TextColumn { table, column, signed, .. } = *column;
                    found.occurrences.push(Occurrence { table, column, id, owner, texts, signed });
                }
            }
        }
    }
    Ok(found)
}

/// How the person is also called in each case whose redaction knows them: by case, and by what was drawn from it.
async fn called(db: &Db, person: &Person) -> Result<HashMap<String, Person>, StoreError> {
    let mut out: HashMap<String, Person> = HashMap::new();
    let Some(column) = TEXTS.iter().find(|c| c.table == "redactions") else { return Ok(out) };
    let mut after = String::new();
    loop {
        let rows = db.texts(column, &after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(out) };
        after.clone_from(&last.id);
        for row in rows {
            let Ok(redaction) = serde_json::from_str::<Redaction>(&row.text) else { continue };
            let theirs = |at: usize| {
                let known = redaction.placeholders.get(at);
                known.is_some_and(|p| p.kind == PersonalData::Person && !person.find(&p.original).is_empty())
            };
            if !(0..redaction.placeholders.len()).any(theirs) {
                continue;
            }
            let Ok(id) = row.owner.parse() else { continue };
            let Some(case) = db.case(id).await? else { continue };
            let texts = case.texts();
            let stretches =
                redaction.masked.iter().filter(|m| theirs(m.placeholder)).filter_map(|m| {
                    texts.iter().find(|t| t.source == m.source).and_then(|t| t.text.get(m.start..m.end))
                });
            let spellings: Vec<String> = stretches.map(str::to_owned).collect();
            let drawn = db.draft_of(id).await?.map(|d| d.id.to_string());
            let procedure = case.intervention.procedure.map(|p| p.to_string());
            for owner in [Some(row.owner), drawn, procedure].into_iter().flatten() {
                let known = out.get(&owner).unwrap_or(person);
                let more = known.also(spellings.iter().cloned());
                out.insert(owner, more);
            }
        }
    }
}

/// The words around every place where the person stands in a row.
fn around(column: &TextColumn, row: &Held, person: &Person) -> Vec<String> {
    let mut out = Vec::new();
    let mut look = |text: &mut String| {
        for (start, end) in person.find(text) {
            let from = text.floor_char_boundary(start.saturating_sub(AROUND));
            let to = text.ceil_char_boundary(end.saturating_add(AROUND).min(text.len()));
            out.push(text[from..to].to_owned());
        }
    };
    if column.json {
        let Ok(mut value) = serde_json::from_str::<Value>(&row.text) else { return out };
        leaves(&mut value, true, &mut look);
    } else {
        look(&mut row.text.clone());
    }
    out
}

/// Goes through the texts of a structure, without its identifiers; names that accounts signed with only when `signed`.
fn leaves(value: &mut Value, signed: bool, look: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter_mut().for_each(|item| leaves(item, signed, look)),
        Value::Object(fields) => {
            for (key, inner) in fields.iter_mut() {
                let words = match key.as_str() {
                    "by" | "asked_by" => signed || !inner.is_string(),
                    "id" | "owner" | "external_id" | "source" | "blob" | "attachment" | "draft" => false,
                    _ => true,
                };
                if words {
                    leaves(inner, signed, look);
                }
            }
        }
        _ => {}
    }
}
