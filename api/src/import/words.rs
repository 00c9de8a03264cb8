//! The sentences of the report, in English and French.

use savoir_models::intervention::FieldError;

/// What serde says of a field, in words for a person.
pub(super) fn explain(path: &str, message: &str) -> FieldError {
    let path = if path == "." { "" } else { path };
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let quoted = message.split('`').nth(1).unwrap_or_default();
    let known = |after: &str| {
        message.split_once(after).map(|(_, k)| k.replace('`', "").replace(" or ", ", ")).unwrap_or_default()
    };
    let known = known("expected one of ");
    let expected = message.split_once("expected ").map_or("", |(_, e)| e);
    if message.starts_with("missing field") {
        return FieldError::new(
            inside(quoted),
            "missing",
            "is missing: every intervention needs it",
            "est absent : chaque intervention doit l'avoir",
        );
    }
    if message.starts_with("unknown field") {
        let field = if path.rsplit('.').next() == Some(quoted) { path.to_owned() } else { inside(quoted) };
        let list = if known.is_empty() { expected.replace('`', "") } else { known };
        return FieldError::new(
            field,
            "unknown_field",
            format!("is not a known field: remove or rename it; known here: {list}"),
            format!("n'est pas un champ connu : retirez-le ou renommez-le ; champs connus ici : {list}"),
        );
    }
    if message.starts_with("unknown variant") {
        let list = if known.is_empty() { expected.replace('`', "").replace(" or ", ", ") } else { known };
        return FieldError::new(
            path,
            "unknown_word",
            format!("« {quoted} » is not one of: {list}"),
            format!("« {quoted} » ne fait pas partie de : {list}"),
        );
    }
    if message.contains("is not a moment") {
        return FieldError::new(
            path,
            "not_a_moment",
            "is not a moment: write it as in 2026-11-20T16:40:00Z",
            "n'est pas une date avec heure : écrivez-la comme 2026-11-20T16:40:00Z",
        );
    }
    let got = message.split(", expected").next().unwrap_or(message);
    FieldError::new(
        path,
        "wrong_type",
        format!("{got}: {} is expected", english_type(expected)),
        format!("valeur d'un autre type que celui attendu ({})", french_type(expected)),
    )
}

fn english_type(expected: &str) -> &str {
    match expected {
        "a sequence" => "a list in brackets",
        "u32" => "a positive whole number",
        "f64" => "a number",
        e if e.starts_with("struct ") => "an object in braces",
        e => e,
    }
}

fn french_type(expected: &str) -> &str {
    match expected {
        "a string" | "a borrowed string" => "un texte entre guillemets",
        "a boolean" => "true ou false",
        "a sequence" => "une liste entre crochets",
        "u32" => "un nombre entier positif",
        "f64" => "un nombre",
        e if e.starts_with("struct ") => "un objet entre accolades",
        e => e,
    }
}

/// The line is not JSON. `cut` when the file ends in the middle of it.
pub(super) fn not_json(column: usize, message: &str, cut: bool) -> FieldError {
    let message = message.split(" at line").next().unwrap_or(message);
    if cut {
        return FieldError::new(
            "",
            "cut_off",
            "the file ends in the middle of this line: it was cut while being written; export it again",
            "le fichier s'arrête au milieu de cette ligne : il a été coupé pendant son écriture ; exportez-le à nouveau",
        );
    }
    FieldError::new(
        "",
        "not_json",
        format!("is not JSON (character {column}: {message}): write one object per line"),
        format!("n'est pas du JSON (erreur au caractère {column}) : écrivez un objet par ligne"),
    )
}

/// The line is JSON, but no object.
pub(super) fn not_an_object() -> FieldError {
    FieldError::new(
        "",
        "not_an_object",
        "is not a JSON object: write one intervention in braces per line",
        "n'est pas un objet JSON : écrivez une intervention entre accolades par ligne",
    )
}

/// The line is longer than a line may be.
pub(super) fn too_long() -> FieldError {
    FieldError::new(
        "",
        "line_too_long",
        "the line is over 16 MiB: send long documents as attachments",
        "la ligne dépasse 16 Mio : joignez les longs documents en pièces jointes",
    )
}

/// A quote was opened and not closed.
pub(super) fn open_quote() -> FieldError {
    FieldError::new(
        "",
        "open_quote",
        "a quote opened on this line is never closed properly: double the quotes inside a text (\"\") and close it",
        "un guillemet ouvert sur cette ligne n'est jamais correctement fermé : doublez les guillemets dans un texte (\"\") et fermez-le",
    )
}

/// The row has another number of cells than the header.
pub(super) fn wrong_width(cells: usize, columns: usize) -> FieldError {
    FieldError::new(
        "",
        "wrong_width",
        format!("has {cells} cells where the header has {columns}: put texts that hold the separator in quotes"),
        format!(
            "a {cells} cellules alors que l'en-tête en a {columns} : mettez entre guillemets les textes qui contiennent le séparateur"
        ),
    )
}

/// Quotes in the middle of a cell.
pub(super) fn loose_quotes() -> FieldError {
    FieldError::new(
        "",
        "loose_quotes",
        "quotes inside a quoted text are not doubled: check that the row was read as it was meant",
        "des guillemets dans un texte entre guillemets ne sont pas doublés : vérifiez que la ligne a été lue comme prévu",
    )
}

/// A NUL character.
pub(super) fn nul(field: &str) -> FieldError {
    FieldError::new(
        field,
        "control_character",
        "contains a NUL character: export plain text in UTF-8",
        "contient un caractère NUL : exportez du texte simple en UTF-8",
    )
}

/// A wrong decoding was undone.
pub(super) fn mended(field: &str, now: &str) -> FieldError {
    FieldError::new(
        field,
        "mended_text",
        format!("had been decoded wrongly and was read as « {now} »"),
        format!("avait été mal décodé et a été lu « {now} »"),
    )
}

/// The row was read as Windows-1252.
pub(super) fn decoded() -> FieldError {
    FieldError::new(
        "",
        "not_utf8",
        "is not UTF-8 and was read as Windows-1252",
        "n'est pas en UTF-8 et a été lue en Windows-1252",
    )
}

/// The row is neither UTF-8 nor Windows-1252.
pub(super) fn doubtful() -> FieldError {
    FieldError::new(
        "",
        "doubtful_encoding",
        "is neither UTF-8 nor plausible Windows-1252: state the file's encoding (--encoding, or `encoding` in the mapping) and import it again",
        "n'est ni en UTF-8 ni vraisemblablement en Windows-1252 : indiquez l'encodage du fichier (--encoding, ou `encoding` dans la correspondance) et réimportez-le",
    )
}

/// `audio` is not a list of texts.
pub(super) fn audio_shape(field: &str) -> FieldError {
    FieldError::new(
        field,
        "wrong_type",
        "audio is a list of file names: [\"voice/1.wav\"]",
        "audio est une liste de noms de fichiers : [\"voice/1.wav\"]",
    )
}

/// The recording is not there.
pub(super) fn audio_missing(field: &str) -> FieldError {
    FieldError::new(
        field,
        "file_missing",
        "there is no such file: names are relative to the folder of the imported file",
        "ce fichier n'existe pas : les noms sont relatifs au dossier du fichier importé",
    )
}

/// The recording lies elsewhere.
pub(super) fn audio_outside(field: &str) -> FieldError {
    FieldError::new(
        field,
        "outside",
        "leads outside the folder of the imported file: put recordings beside it or in a folder below",
        "mène hors du dossier du fichier importé : placez les enregistrements à côté ou dans un sous-dossier",
    )
}

/// The text of a cell is no date.
pub(super) fn no_date(field: &str) -> FieldError {
    FieldError::new(
        field,
        "not_a_moment",
        "is in no known date format: add its format to date_formats, as in \"%d/%m/%Y %H:%M\"",
        "n'est dans aucun format de date connu : ajoutez son format à date_formats, par exemple \"%d/%m/%Y %H:%M\"",
    )
}

/// The text of a cell is no number, or no duration.
pub(super) fn no_number(field: &str, minutes: bool) -> FieldError {
    if minutes {
        return FieldError::new(
            field,
            "not_minutes",
            "is not a duration: write minutes (95) or hours and minutes (1h35, 1:35)",
            "n'est pas une durée : écrivez des minutes (95) ou des heures et minutes (1h35, 1:35)",
        );
    }
    FieldError::new(field, "not_a_number", "is not a number", "n'est pas un nombre")
}

/// The text of a cell is neither yes nor no.
pub(super) fn no_flag(field: &str) -> FieldError {
    FieldError::new(
        field,
        "not_a_flag",
        "is neither yes nor no: write true or false, or add the value to [values]",
        "n'est ni oui ni non : écrivez true ou false, ou ajoutez la valeur à [values]",
    )
}

/// The value map of the field does not have the value.
pub(super) fn unmapped(field: &str, known: &str) -> FieldError {
    FieldError::new(
        field,
        "unmapped_value",
        format!("is not in the value map of this field: add it, or \"*\" for all others; known: {known}"),
        format!(
            "n'est pas dans la table de valeurs de ce champ : ajoutez-la, ou \"*\" pour toutes les autres ; connues : {known}"
        ),
    )
}
