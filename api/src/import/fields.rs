//! The fields of an intervention by their paths, and the way from loose JSON to a checked [`Intake`].

use std::path::{Component, Path, PathBuf};

use savoir_models::clock::Timestamp;
use savoir_models::intervention::{FieldError, Intake};
use serde_json::{Map, Value};

use super::report::{Kind as NoteKind, Note, excerpt};
use super::{Row, mojibake, words};

/// How much is said of one row at most: a row of a million bad texts is not worth a report of its own.
const ROW_NOTES: usize = 20;

/// How the text of a cell becomes the value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A short text; several columns are joined by a space.
    Text,
    /// A long text; several columns are joined by a line.
    Prose,
    /// A moment.
    Moment,
    /// Minutes: « 95 », « 1h35 », « 1:35 ».
    Minutes,
    /// A number, with a point or a comma.
    Number,
    /// Yes or no.
    Flag,
    /// Texts, separated.
    List,
}

/// Every field a column may go to. `[]` stands for each element: lists of columns go side by side.
pub(super) const FIELDS: &[(&str, Kind)] = &[
    ("source", Kind::Text),
    ("external_id", Kind::Text),
    ("closed_at", Kind::Moment),
    ("language", Kind::Text),
    ("equipment.family", Kind::Text),
    ("equipment.manufacturer", Kind::Text),
    ("equipment.model", Kind::Text),
    ("equipment.serial", Kind::Text),
    ("equipment.firmware", Kind::Text),
    ("request.channel", Kind::Text),
    ("request.symptom", Kind::Prose),
    ("request.urgency", Kind::Text),
    ("request.error_codes", Kind::List),
    ("exchanges[].at", Kind::Moment),
    ("exchanges[].from", Kind::Text),
    ("exchanges[].text", Kind::Prose),
    ("exchanges[].private", Kind::Flag),
    ("report", Kind::Prose),
    ("actions", Kind::List),
    ("parts[].reference", Kind::Text),
    ("parts[].name", Kind::Text),
    ("parts[].quantity", Kind::Number),
    ("time_spent_minutes", Kind::Minutes),
    ("resolution", Kind::Text),
    ("outcome", Kind::Text),
    ("technician", Kind::Text),
    ("provider", Kind::Text),
    ("customer", Kind::Text),
    ("audio", Kind::List),
];

/// The kind of the field at `path`.
pub(super) fn kind_of(path: &str) -> Option<Kind> {
    FIELDS.iter().find(|(p, _)| *p == path).map(|(_, kind)| *kind)
}

/// Puts `new` where `path` says, with `at` for `[]`.
pub(super) fn put(root: &mut Map<String, Value>, path: &str, at: usize, new: Value) {
    let (list, leaf) = match path.split_once("[].") {
        Some((list, leaf)) => (Some(list), leaf),
        None => (None, path),
    };
    if let Some(list) = list {
        let elements = root.entry(list).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(elements) = elements {
            while elements.len() <= at {
                elements.push(Value::Object(Map::new()));
            }
            if let Value::Object(element) = &mut elements[at] {
                element.insert(leaf.to_owned(), new);
            }
        }
        return;
    }
    match leaf.split_once('.') {
        None => {
            root.insert(leaf.to_owned(), new);
        }
        Some((head, rest)) => {
            if let Value::Object(inner) = root.entry(head).or_insert_with(|| Value::Object(Map::new())) {
                put(inner, rest, at, new);
            }
        }
    }
}

/// A row as a format has read it: JSON of the intervention shape, still to be checked.
#[derive(Debug, Default)]
pub(super) struct Raw {
    /// The line where it begins.
    pub(super) line: u64,
    /// What it says.
    pub(super) value: Map<String, Value>,
    /// What could not be converted, with the value.
    pub(super) errors: Vec<(FieldError, String)>,
    /// What is worth saying though the row is good.
    pub(super) remarks: Vec<FieldError>,
    /// Its bytes were not in the encoding expected and have been read in another.
    pub(super) decoded: bool,
    /// It reads doubtfully in that other encoding too.
    pub(super) doubtful: bool,
}

/// A row after all checks.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// The row, when it can be taken.
    pub(super) row: Option<Row>,
    /// What is to be reported.
    pub(super) notes: Vec<Note>,
}

/// Mends, converts and checks a row. `columns` tells which field came from which column; `base` is the folder of the
/// imported file: recordings are beside it.
pub(super) fn check(mut raw: Raw, columns: &[(String, String)], base: &Path, now: Timestamp) -> Checked {
    let external_id = raw.value.get("external_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut notes = Vec::new();
    let note = |kind, error: FieldError, value: &str| Note {
        kind,
        line: raw.line,
        external_id: excerpt(&external_id),
        column: column_of(columns, &error.field),
        field: error.field,
        code: error.code,
        value: excerpt(value),
        remedy: error.remedy,
        remedy_fr: error.remedy_fr,
    };
    let mut errors = std::mem::take(&mut raw.errors);
    let mut root = Value::Object(std::mem::take(&mut raw.value));
    for (kind, error, value) in mend_texts(&mut root) {
        match kind {
            NoteKind::Rejected => errors.push((error, value)),
            kind => notes.push(note(kind, error, &value)),
        }
    }
    if raw.doubtful {
        notes.push(note(NoteKind::Warning, words::doubtful(), ""));
    } else if raw.decoded {
        notes.push(note(NoteKind::Repaired, words::decoded(), ""));
    }
    for remark in std::mem::take(&mut raw.remarks) {
        notes.push(note(NoteKind::Warning, remark, ""));
    }
    let audio = match root.as_object_mut().and_then(|o| o.remove("audio")) {
        None | Some(Value::Null) => Vec::new(),
        Some(value) => recordings(&value, base, &mut errors),
    };
    let shown = |path: &str| at_path(&root, path).map(plain).unwrap_or_default();
    let mut intake = None;
    // A line that could not be read at all has no fields to complain of.
    let unread = errors.iter().any(|(error, _)| error.field.is_empty());
    match serde_path_to_error::deserialize::<_, Intake>(&root) {
        Ok(good) => {
            for error in good.check(now, !audio.is_empty()) {
                if errors.iter().all(|(known, _)| (&known.field, known.code) != (&error.field, error.code)) {
                    let value = shown(&error.field);
                    errors.push((error, value));
                }
            }
            intake = Some(good);
        }
        Err(_) if unread => {}
        Err(e) => {
            let error = words::explain(&e.path().to_string(), &e.inner().to_string());
            let value = shown(&error.field);
            if errors.iter().all(|(known, _)| known.field != error.field) {
                errors.push((error, value));
            }
        }
    }
    let row = match intake {
        Some(intake) if errors.is_empty() => Some(Row { line: raw.line, intake, audio }),
        _ => {
            // A row that is not taken has nothing to be warned of but its errors.
            notes = errors.into_iter().take(ROW_NOTES).map(|(e, value)| note(NoteKind::Rejected, e, &value)).collect();
            None
        }
    };
    notes.truncate(ROW_NOTES);
    Checked { row, notes }
}

/// The column a field came from; errors inside a list belong to the list's column.
pub(super) fn column_of(columns: &[(String, String)], field: &str) -> String {
    let bare: String = field.split('[').next().unwrap_or_default().to_owned();
    let of =
        |path: &str| columns.iter().filter(|(f, _)| f == path).map(|(_, c)| c.as_str()).collect::<Vec<_>>().join(", ");
    match of(field) {
        found if !found.is_empty() => found,
        _ => of(&bare),
    }
}

/// Walks every text: undoes wrong decodings, and tells what cannot be undone.
fn mend_texts(root: &mut Value) -> Vec<(NoteKind, FieldError, String)> {
    fn walk(value: &mut Value, path: &str, found: &mut Vec<(NoteKind, FieldError, String)>) {
        match value {
            Value::String(text) => {
                if text.contains('\0') {
                    found.push((NoteKind::Rejected, words::nul(path), text.clone()));
                }
                if let Some(mended) = mojibake::mend(text) {
                    found.push((NoteKind::Repaired, words::mended(path, &excerpt(&mended)), text.clone()));
                    *text = mended;
                }
                if let Some((en, fr)) = mojibake::damage(text) {
                    found.push((NoteKind::Warning, FieldError::new(path, "damaged_text", en, fr), text.clone()));
                }
            }
            Value::Array(elements) => {
                for (i, element) in elements.iter_mut().enumerate() {
                    walk(element, &format!("{path}[{i}]"), found);
                }
            }
            Value::Object(members) => {
                for (key, member) in members.iter_mut() {
                    let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    walk(member, &inner, found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut found = Vec::new();
    walk(root, "", &mut found);
    found
}

/// The recordings a row names: beside the imported file or below, never above, and there.
fn recordings(value: &Value, base: &Path, errors: &mut Vec<(FieldError, String)>) -> Vec<PathBuf> {
    let Some(names) = value.as_array() else {
        errors.push((words::audio_shape("audio"), plain(value)));
        return Vec::new();
    };
    let mut found = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let field = format!("audio[{i}]");
        let Some(text) = name.as_str() else {
            errors.push((words::audio_shape(&field), plain(name)));
            continue;
        };
        let path = Path::new(text);
        let inside =
            !text.is_empty() && path.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
        // A link may lead outside too: the real path decides.
        let real = base.join(path).canonicalize();
        let home = base.canonicalize();
        match (inside, real, home) {
            (true, Ok(real), Ok(home)) if real.starts_with(&home) && real.is_file() => found.push(base.join(path)),
            (true, Ok(real), Ok(home)) if real.starts_with(&home) => {
                errors.push((words::audio_missing(&field), text.into()))
            }
            (true, Err(_), _) => errors.push((words::audio_missing(&field), text.into())),
            _ => errors.push((words::audio_outside(&field), text.into())),
        }
    }
    found
}

fn at_path<'v>(root: &'v Value, path: &str) -> Option<&'v Value> {
    let mut at = root;
    for part in path.split(['.', '[']).filter(|p| !p.is_empty()) {
        at = match part.strip_suffix(']') {
            Some(index) => at.get(index.parse::<usize>().ok()?)?,
            None => at.get(part)?,
        };
    }
    Some(at)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use savoir_models::intervention::{Equipment, Exchange, Outcome, Request, Resolution, UsedPart};
    use savoir_models::text::Language;

    use super::*;

    /// Every field of an intervention, without `..`: a new one must be given its place in [`FIELDS`].
    #[test]
    fn every_field_of_an_intervention_can_be_mapped() {
        let some = || Some("x".to_owned());
        let full = Intake {
            source: "x".into(),
            external_id: "x".into(),
            closed_at: Timestamp(0),
            language: Some(Language::French),
            equipment: Equipment {
                family: some(),
                manufacturer: some(),
                model: some(),
                serial: some(),
                firmware: some(),
            },
            request: Request { channel: some(), symptom: some(), urgency: some(), error_codes: vec!["x".into()] },
            exchanges: vec![Exchange { at: Some(Timestamp(0)), from: "x".into(), text: "x".into(), private: true }],
            report: some(),
            actions: vec!["x".into()],
            parts: vec![UsedPart { reference: some(), name: some(), quantity: Some(1.0) }],
            time_spent_minutes: Some(1),
            resolution: Some(Resolution::Field),
            outcome: Some(Outcome::Solved),
            technician: some(),
            provider: some(),
            customer: some(),
        };
        fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
            match value {
                Value::Object(members) => members.iter().for_each(|(key, member)| {
                    leaves(member, &if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, found);
                }),
                Value::Array(elements) if elements[0].is_object() => leaves(&elements[0], &format!("{path}[]"), found),
                _ => found.push(path.to_owned()),
            }
        }
        let mut found = Vec::new();
        leaves(&serde_json::to_value(full).unwrap(), "", &mut found);
        // Recordings are beside the intervention, not in it.
        found.push("audio".into());
        let mut known: Vec<String> = FIELDS.iter().map(|(path, _)| (*path).to_owned()).collect();
        found.sort();
        known.sort();
        assert_eq!(found, known);
    }
}
