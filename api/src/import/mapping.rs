//! Which column of a CSV file goes to which field: a small TOML file.

use std::collections::BTreeMap;
use std::path::Path;

use savoir_models::intervention::FieldError;
use serde::Deserialize;
use serde_json::{Map, Number, Value};

use super::ImportError;
use super::dates::Dates;
use super::fields::{FIELDS, Kind, kind_of, put};
use super::words;

/// One column may feed several fields.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Targets {
    One(String),
    Many(Vec<String>),
}

/// The mapping file, as it is written. See `demo/mapping-example.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Mapping {
    /// The file's text encoding; found out when missing.
    pub(super) encoding: Option<String>,
    /// One character between cells; found out when missing.
    separator: Option<char>,
    /// The character around cells.
    quote: char,
    list_separator: String,
    date_formats: Vec<String>,
    time_zone: String,
    columns: BTreeMap<String, Targets>,
    constants: BTreeMap<String, Value>,
    values: BTreeMap<String, BTreeMap<String, String>>,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            encoding: None,
            separator: None,
            quote: '"',
            list_separator: "|".into(),
            date_formats: Vec::new(),
            time_zone: "UTC".into(),
            columns: BTreeMap::new(),
            constants: BTreeMap::new(),
            values: BTreeMap::new(),
        }
    }
}

/// A cell on its way: from which column to which field.
#[derive(Debug, Clone)]
struct Route {
    column: usize,
    path: String,
    kind: Kind,
}

/// A mapping fitted to the header of a file.
#[derive(Debug)]
pub(super) struct Plan {
    routes: Vec<Route>,
    constants: Vec<(String, Value)>,
    values: BTreeMap<String, BTreeMap<String, String>>,
    dates: Dates,
    list_separator: String,
    /// For each field, the column it comes from: for the report.
    pub(super) columns: Vec<(String, String)>,
}

impl Mapping {
    /// Reads a mapping file. Errors name the line and what is expected.
    pub(super) fn load(path: &Path) -> Result<(Self, String), ImportError> {
        let text = std::fs::read_to_string(path)
            .map_err(|e| ImportError::Usage(format!("the mapping {} cannot be read: {e}", path.display())))?;
        let mapping: Self = toml::from_str(&text)
            .map_err(|e| ImportError::Usage(format!("the mapping {} is not understood:\n{e}", path.display())))?;
        if mapping.columns.is_empty() {
            return Err(ImportError::Usage(format!(
                "the mapping {} names no column: add a section [columns] with lines such as \"Ticket\" = \"external_id\"",
                path.display()
            )));
        }
        Ok((mapping, text))
    }

    /// The separator and the quote as bytes; the separator only when it is stated.
    pub(super) fn marks(&self) -> Result<(Option<u8>, u8), ImportError> {
        let byte = |name: &str, c: char| {
            u8::try_from(c).ok().filter(u8::is_ascii).ok_or_else(|| {
                ImportError::Usage(format!("mapping, {name}: « {c} » cannot be used; one plain character is expected"))
            })
        };
        Ok((self.separator.map(|c| byte("separator", c)).transpose()?, byte("quote", self.quote)?))
    }

    /// Fits the mapping to a file's header. Errors name the columns there are.
    pub(super) fn fit(mut self, header: &[String]) -> Result<Plan, ImportError> {
        let dates =
            Dates::new(&self.date_formats, &self.time_zone).map_err(|e| ImportError::Usage(format!("mapping, {e}")))?;
        if self.columns.is_empty() {
            self.columns = itself(header)?;
        }
        let mut routes = Vec::new();
        for (name, targets) in &self.columns {
            let places: Vec<usize> = (0..header.len()).filter(|i| header[*i].trim() == name.trim()).collect();
            let column = match places[..] {
                [column] => column,
                [] => {
                    return Err(usage(format!(
                        "the file has no column « {name} »; its columns are: {}",
                        listed(header)
                    )));
                }
                _ => {
                    let which = places.iter().map(|i| (i + 1).to_string()).collect::<Vec<_>>().join(", ");
                    return Err(usage(format!(
                        "the column « {name} » is there {} times (columns {which}): rename all but one in the file",
                        places.len()
                    )));
                }
            };
            let paths = match targets {
                Targets::One(path) => std::slice::from_ref(path),
                Targets::Many(paths) => paths,
            };
            for path in paths {
                routes.push(Route { column, path: path.clone(), kind: known(path, &format!("column « {name} »"))? });
            }
        }
        // In the file's order: texts that are joined read as the row does.
        routes.sort_by_key(|route| route.column);
        for path in self.values.keys() {
            known(path, "[values]")?;
            if routes.iter().all(|route| route.path != *path) {
                return Err(usage(format!("[values] has a table for {path}, to which no column goes")));
            }
        }
        for path in self.constants.keys() {
            known(path, "[constants]")?;
        }
        for needed in ["source", "external_id", "closed_at"] {
            if !self.constants.contains_key(needed) && routes.iter().all(|route| route.path != needed) {
                return Err(usage(format!("nothing goes to {needed}: name a column or a constant for it")));
            }
        }
        let columns = routes.iter().map(|r| (r.path.clone(), header[r.column].trim().to_owned())).collect();
        Ok(Plan {
            routes,
            constants: self.constants.into_iter().collect(),
            values: self.values,
            dates,
            list_separator: self.list_separator,
            columns,
        })
    }
}

/// Without a mapping, columns are named as the fields are.
fn itself(header: &[String]) -> Result<BTreeMap<String, Targets>, ImportError> {
    let unknown: Vec<String> = header.iter().filter(|name| kind_of(name.trim()).is_none()).cloned().collect();
    if !unknown.is_empty() {
        return Err(ImportError::Usage(format!(
            "these columns are not fields of an intervention: {}. Write a mapping file and give it with --mapping \
             (see docs/import.md), or name the columns as the fields are: {}",
            listed(&unknown),
            paths()
        )));
    }
    Ok(header.iter().map(|name| (name.trim().to_owned(), Targets::One(name.trim().to_owned()))).collect())
}

fn usage(sentence: String) -> ImportError {
    ImportError::Usage(format!("mapping: {sentence}"))
}

fn known(path: &str, place: &str) -> Result<Kind, ImportError> {
    kind_of(path).ok_or_else(|| {
        usage(format!("{place}: « {path} » is no field of an intervention; the fields are: {}", paths()))
    })
}

fn paths() -> String {
    FIELDS.iter().map(|(path, _)| *path).collect::<Vec<_>>().join(", ")
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("« {} »", name.trim())).collect::<Vec<_>>().join(", ")
}

impl Plan {
    /// The JSON that a row's cells make, and the cells that could not be converted.
    pub(super) fn build(&self, cells: &[String]) -> (Map<String, Value>, Vec<(FieldError, String)>) {
        let (mut root, mut errors) = (Map::new(), Vec::new());
        for (path, value) in self.constants.iter().filter(|(path, _)| !path.contains("[].")) {
            put(&mut root, path, 0, value.clone());
        }
        for route in &self.routes {
            let cell = cells.get(route.column).map_or("", |c| c.trim());
            if cell.is_empty() {
                continue;
            }
            if let Err(error) = self.place(&mut root, route, cell) {
                errors.push((error, cell.to_owned()));
            }
        }
        for (path, value) in self.constants.iter().filter(|(path, _)| path.contains("[].")) {
            let list = path.split("[].").next().unwrap_or_default();
            let count = root.get(list).and_then(Value::as_array).map_or(0, Vec::len);
            (0..count).for_each(|i| put(&mut root, path, i, value.clone()));
        }
        (root, errors)
    }

    fn place(&self, root: &mut Map<String, Value>, route: &Route, cell: &str) -> Result<(), FieldError> {
        let path = route.path.as_str();
        if route.kind == Kind::List {
            let old = pointer(root, path).and_then(Value::as_array).cloned().unwrap_or_default();
            let mut list = old;
            for item in self.items(cell) {
                list.extend(self.mapped(path, item)?.map(|text| Value::String(text.to_owned())));
            }
            put(root, path, 0, Value::Array(list));
            return Ok(());
        }
        let items: Vec<&str> = if path.contains("[].") { self.items(cell).collect() } else { vec![cell] };
        for (at, item) in items.into_iter().enumerate() {
            let Some(text) = self.mapped(path, item)? else { continue };
            let mut value = self.convert(route.kind, path, text)?;
            let joint = if route.kind == Kind::Prose { "\n" } else { " " };
            let joins = matches!(route.kind, Kind::Text | Kind::Prose) && !path.contains("[].");
            if let (true, Some(old)) = (joins, self.before(root, path)) {
                value = Value::String(format!("{old}{joint}{text}"));
            }
            put(root, path, at, value);
        }
        Ok(())
    }

    /// What an earlier column has put there. A constant is a default: the first column replaces it.
    fn before(&self, root: &Map<String, Value>, path: &str) -> Option<String> {
        let old = pointer(root, path)?;
        let constant = self.constants.iter().any(|(p, v)| p == path && v == old);
        (!constant).then(|| old.as_str().map(str::to_owned)).flatten()
    }

    fn items<'c>(&'c self, cell: &'c str) -> impl Iterator<Item = &'c str> {
        let separator = if self.list_separator.is_empty() { "|" } else { &self.list_separator };
        cell.split(separator).flat_map(str::lines).map(str::trim).filter(|item| !item.is_empty())
    }

    /// The value as the field's value map has it; `None` when the map says to leave it out (an empty text).
    fn mapped<'c>(&'c self, path: &str, text: &'c str) -> Result<Option<&'c str>, FieldError> {
        let Some(table) = self.values.get(path) else { return Ok(Some(text)) };
        let found = table
            .get(text)
            .or_else(|| table.iter().find(|(key, _)| key.to_lowercase() == text.to_lowercase()).map(|(_, v)| v))
            .or_else(|| table.get("*"));
        match found {
            Some(value) if value.is_empty() => Ok(None),
            Some(value) => Ok(Some(value)),
            None => {
                Err(words::unmapped(path, &table.keys().map(|k| format!("« {k} »")).collect::<Vec<_>>().join(", ")))
            }
        }
    }

    fn convert(&self, kind: Kind, path: &str, text: &str) -> Result<Value, FieldError> {
        match kind {
            Kind::Text | Kind::Prose | Kind::List => Ok(Value::String(text.to_owned())),
            // Before 1970 there is no such case: a year in two digits was read as one in four.
            Kind::Moment => match self.dates.parse(text) {
                Some(moment) if moment.0 >= 0 => Ok(Value::String(moment.to_string())),
                _ => Err(words::no_date(path)),
            },
            Kind::Minutes => minutes(text).map(Value::from).ok_or_else(|| words::no_number(path, true)),
            Kind::Number => (text.replace(',', ".").parse::<f64>().ok())
                .and_then(Number::from_f64)
                .map(Value::Number)
                .ok_or_else(|| words::no_number(path, false)),
            Kind::Flag => match text.to_lowercase().as_str() {
                "true" | "yes" | "oui" | "vrai" | "1" | "x" => Ok(Value::Bool(true)),
                "false" | "no" | "non" | "faux" | "0" => Ok(Value::Bool(false)),
                _ => Err(words::no_flag(path)),
            },
        }
    }
}

fn pointer<'v>(root: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    let mut parts = path.split('.');
    let first = root.get(parts.next()?)?;
    parts.try_fold(first, |at, part| at.get(part))
}

/// « 95 », « 95 min », « 1h35 », « 1 h », « 1:35 ».
fn minutes(text: &str) -> Option<u32> {
    let text = text.to_lowercase();
    let bare = text.trim_end_matches("minutes").trim_end_matches("min").trim_end_matches("mn").trim();
    if let Ok(whole) = bare.parse() {
        return Some(whole);
    }
    let (hours, rest) = bare.split_once(['h', ':'])?;
    let hours: u32 = hours.trim().parse().ok()?;
    let rest: u32 = if rest.trim().is_empty() { 0 } else { rest.trim().parse().ok()? };
    if rest >= 60 { None } else { hours.checked_mul(60)?.checked_add(rest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let read: Vec<Option<u32>> = ["95", "95 min", "1h35", "1 h", "1:35", "1h75", "long"].map(minutes).to_vec();
        assert_eq!(read, [Some(95), Some(95), Some(95), Some(60), Some(95), None, None]);
    }
}
