//! Open Repair Data (ORDS, openrepair.org/open-data/open-standard): what volunteers wrote at repair events.
//!
//! What goes where, and why:
//! - `problem` is one free text, but not the same thing everywhere. Repair Café's older files join what the volunteers
//!   found and what the visitor complained of with « ~ »: the former is the report, the latter the symptom. Repair Café
//!   International and Repair Connects hold the visitor's words: they are the symptom, and the whole report too, for
//!   nobody wrote another. The Restart Project's volunteers tell fault and fix together: that is a report, and which
//!   part of it is a symptom is not for an import to say.
//! - `repair_status`: only Fixed is solved. Repairable (« needs a spare part, come back ») and End of life are not.
//! - A barrier is the only sentence that is added, named as what it is, in the language of the record.
//! - A record without a date gets the month its source was published, which it cannot be later than, and a warning.

use std::path::Path;

use savoir_models::intervention::FieldError;
use savoir_models::text::Language;
use serde_json::{Map, Value};

use super::ImportError;
use super::fields::{Raw, put};

const NEEDED: [&str; 4] = ["id", "product_category", "repair_status", "problem"];

/// Whether a header is that of an Open Repair Data file.
pub(super) fn looks_like(header: &[String]) -> bool {
    header.iter().any(|name| name == "data_provider") && NEEDED.iter().all(|n| header.iter().any(|name| name == n))
}

/// For each field the column it comes from: for the report.
pub(super) fn columns() -> Vec<(String, String)> {
    [
        ("external_id", "id"),
        ("closed_at", "event_date"),
        ("equipment.family", "product_category"),
        ("equipment.manufacturer", "brand"),
        ("request.symptom", "problem"),
        ("report", "problem"),
        ("outcome", "repair_status"),
        ("provider", "data_provider"),
    ]
    .map(|(field, column)| (field.to_owned(), column.to_owned()))
    .to_vec()
}

/// Reads rows of Open Repair Data.
pub(super) struct Ords {
    header: Vec<String>,
    language: Option<Language>,
    released: Option<String>,
}

impl Ords {
    /// Fits the header of the file at `path`. The data do not tell the language of their texts: it is `language`, or
    /// what the file's name ends with (`ords_fr.csv`), or left to be found out.
    pub(super) fn new(header: &[String], path: &Path, language: Option<Language>) -> Result<Self, ImportError> {
        let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let missing: Vec<&str> = NEEDED.into_iter().filter(|n| header.iter().all(|name| name != n)).collect();
        if !missing.is_empty() {
            return Err(ImportError::Usage(format!(
                "this is no Open Repair Data file: the columns {} are missing; there are: {}",
                missing.join(", "),
                header.join(", ")
            )));
        }
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        let ending = stem.rsplit('_').next().and_then(|ending| ending.parse().ok());
        Ok(Self { header, language: language.or(ending), released: release(stem) })
    }

    /// The intervention a record tells.
    pub(super) fn build(&self, cells: &[String]) -> Raw {
        let cell = |name: &str| {
            let at = self.header.iter().position(|column| column == name);
            at.and_then(|at| cells.get(at)).map_or("", |cell| cell.trim())
        };
        let french = self.language == Some(Language::French);
        let mut raw = Raw::default();
        let mut root = Map::new();
        let mut set = |path: &str, text: &str| {
            if !text.is_empty() {
                put(&mut root, path, 0, Value::String(text.to_owned()));
            }
        };
        set("source", "ords");
        set("external_id", cell("id"));
        set("language", self.language.map_or("", Language::as_str));
        set("provider", cell("data_provider"));
        let brand = cell("brand");
        set("equipment.manufacturer", if says_nothing(brand) { "" } else { brand });
        set("equipment.family", &family(cell("product_category"), cell("partner_product_category"), brand, french));
        match cell("event_date") {
            "" => match release(cell("source_file")).or_else(|| self.released.clone()) {
                Some(month) => {
                    set("closed_at", &format!("{month}-01T00:00:00Z"));
                    raw.remarks.push(undated(&month));
                }
                None => raw.errors.push((no_date(), String::new())),
            },
            day => match day.parse::<jiff::civil::Date>() {
                Ok(_) => set("closed_at", &format!("{day}T00:00:00Z")),
                Err(_) => raw.errors.push((no_date(), day.to_owned())),
            },
        }
        // Some exports wrote line ends as a backslash and a letter.
        let problem = cell("problem").replace("\\r\\n", "\n").replace("\\n", "\n");
        let status = cell("repair_status");
        let (symptom, mut report) = match (cell("data_provider"), problem.rsplit_once(" ~ ")) {
            ("Repair Café", Some((finding, complaint))) => (complaint.trim(), finding.trim().to_owned()),
            ("Repair Café" | "Repair Café International" | "Repair Connects", _) => {
                (problem.trim(), problem.trim().to_owned())
            }
            _ => ("", problem.trim().to_owned()),
        };
        set("request.symptom", symptom);
        let barrier = barrier(cell("repair_barrier_if_end_of_life"), french);
        if report.is_empty() {
            // Nobody wrote a word: the record's own status is all there is to report.
            report = status_sentence(status, french);
            raw.remarks.push(silent());
        }
        set("report", &[report, barrier].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n\n"));
        set(
            "outcome",
            match status {
                "Fixed" => "solved",
                "Repairable" | "End of life" => "not_solved",
                _ => "",
            },
        );
        raw.value = root;
        raw
    }
}

/// The month in the name of a published file: `…_RestartProject_202204.csv` gives `2022-04`.
fn release(name: &str) -> Option<String> {
    let stem = name.strip_suffix(".csv").unwrap_or(name);
    let digits = stem.rsplit('_').next().filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_digit()))?;
    let (year, month) = digits.split_at(4);
    (("2010".."2100").contains(&year) && ("01"..="12").contains(&month)).then(|| format!("{year}-{month}"))
}

fn says_nothing(brand: &str) -> bool {
    let word = brand.to_lowercase();
    matches!(
        word.as_str(),
        "unknown"
            | "inconnu"
            | "inconnue"
            | "sans"
            | "sans marque"
            | "aucune"
            | "n/a"
            | "none"
            | "other"
            | "autre"
            | "non précisé"
    ) || !brand.chars().any(char::is_alphanumeric)
}

/// The kind of machine. The catch-all categories put a scale and a soup maker together: there the partner's own word
/// is the kind, unless it is the brand again.
fn family(category: &str, partner: &str, brand: &str, french: bool) -> String {
    let own = partner.rsplit(" ~ ").next().unwrap_or_default().trim();
    let catch_all = matches!(
        category,
        "" | "Misc" | "Small kitchen item" | "Small home electrical" | "Large home electrical" | "Power tool"
    );
    let generic = CATEGORIES.iter().any(|(en, _)| en.eq_ignore_ascii_case(own));
    let family =
        if catch_all && !generic && !says_nothing(own) && !own.eq_ignore_ascii_case(brand) { own } else { category };
    if family == "Misc" {
        return String::new();
    }
    let mut words = CATEGORIES.iter().chain(&KINDS);
    let known = words.find(|(word, _)| french && word.to_lowercase() == family.to_lowercase());
    known.map_or(family, |(_, fr)| fr).to_owned()
}

/// The standard's categories, for French texts: a draft that is half English helps nobody.
const CATEGORIES: [(&str, &str); 44] = [
    ("Aircon/dehumidifier", "Climatiseur ou déshumidificateur"),
    ("Battery/charger/adapter", "Batterie, chargeur ou adaptateur"),
    ("Coffee maker", "Cafetière"),
    ("Decorative or safety lights", "Éclairage décoratif ou de sécurité"),
    ("Desktop computer", "Ordinateur de bureau"),
    ("Digital compact camera", "Appareil photo compact"),
    ("DSLR/video camera", "Appareil photo reflex ou caméscope"),
    ("Fan", "Ventilateur"),
    ("Flat screen", "Écran plat"),
    ("Food processor", "Robot de cuisine"),
    ("Games console", "Console de jeux"),
    ("Hair & beauty item", "Appareil de coiffure ou de beauté"),
    ("Hair dryer", "Sèche-cheveux"),
    ("Handheld entertainment device", "Appareil multimédia portable"),
    ("Headphones", "Casque audio"),
    ("Hi-Fi integrated", "Chaîne hi-fi"),
    ("Hi-Fi separates", "Élément hi-fi"),
    ("Iron", "Fer à repasser"),
    ("Kettle", "Bouilloire"),
    ("Lamp", "Lampe"),
    ("Laptop", "Ordinateur portable"),
    ("Laptop large", "Ordinateur portable"),
    ("Laptop medium", "Ordinateur portable"),
    ("Laptop small", "Ordinateur portable"),
    ("Large home electrical", "Gros électroménager"),
    ("Misc", "Divers"),
    ("Mobile", "Téléphone mobile"),
    ("Musical instrument", "Instrument de musique"),
    ("Paper shredder", "Destructeur de papier"),
    ("PC accessory", "Accessoire informatique"),
    ("Portable radio", "Radio portable"),
    ("Power tool", "Outil électrique"),
    ("Printer/scanner", "Imprimante ou scanner"),
    ("Projector", "Projecteur"),
    ("Sewing machine", "Machine à coudre"),
    ("Small home electrical", "Petit électroménager"),
    ("Small kitchen item", "Petit appareil de cuisine"),
    ("Tablet", "Tablette"),
    ("Toaster", "Grille-pain"),
    ("Toy", "Jouet"),
    ("TV and gaming-related accessories", "Accessoire de télévision ou de jeu"),
    ("Vacuum", "Aspirateur"),
    ("Watch/clock", "Montre ou horloge"),
    ("Food preparation", "Robot de cuisine"),
];

/// The partners' own words that come back, in English or in several spellings.
const KINDS: [(&str, &str); 22] = [
    ("Breadmaker", "Machine à pain"),
    ("Cooker hood", "Hotte aspirante"),
    ("Drill", "Perceuse"),
    ("Drilling machine", "Perceuse"),
    ("Foreuse", "Perceuse"),
    ("Four à micro ondes", "Four à micro-ondes"),
    ("Four micro-onde", "Four à micro-ondes"),
    ("Fryer", "Friteuse"),
    ("Gauffrier", "Gaufrier"),
    ("Hedge trimmer", "Taille-haie"),
    ("High-pressure cleaner", "Nettoyeur haute pression"),
    ("Jigsaw tool", "Scie sauteuse"),
    ("Juice extractor", "Extracteur de jus"),
    ("Lawnmower", "Tondeuse à gazon"),
    ("Micro-ondes", "Four à micro-ondes"),
    ("Microwave", "Four à micro-ondes"),
    ("Microwave oven", "Four à micro-ondes"),
    ("Oven", "Four"),
    ("Radiant heater", "Radiateur"),
    ("Rice cooker", "Cuiseur à riz"),
    ("Sander", "Ponceuse"),
    ("Taille haie", "Taille-haie"),
];

fn barrier(word: &str, french: bool) -> String {
    if word.is_empty() {
        return String::new();
    }
    if !french {
        return format!("Barrier to repair: {word}.");
    }
    let known = match word {
        "Spare parts too expensive" => "pièces de rechange trop chères",
        "Spare parts not available" => "pièces de rechange introuvables",
        "No way to open the product" | "No way to open product" => "impossible d'ouvrir l'appareil",
        "Lack of equipment" => "outillage manquant",
        "Repair information not available" => "informations de réparation introuvables",
        "Item too worn out" => "appareil trop usé",
        other => other,
    };
    format!("Obstacle à la réparation : {known}.")
}

fn status_sentence(status: &str, french: bool) -> String {
    match (status, french) {
        ("Fixed", true) => "Réparé, sans autre indication.".into(),
        ("Fixed", false) => "Repaired; nothing else was noted.".into(),
        ("Repairable", true) => "Réparable, pas encore réparé.".into(),
        ("Repairable", false) => "Repairable, not yet repaired.".into(),
        ("End of life", true) => "En fin de vie, non réparé.".into(),
        ("End of life", false) => "End of life, not repaired.".into(),
        (_, true) => "Résultat inconnu.".into(),
        (_, false) => "Result unknown.".into(),
    }
}

fn undated(month: &str) -> FieldError {
    FieldError::new(
        "closed_at",
        "undated",
        format!(
            "the record has no date: the month its source was published is taken ({month}); it was closed no later"
        ),
        format!(
            "la fiche n'a pas de date : le mois de publication de sa source est retenu ({month}) ; elle n'est pas plus récente"
        ),
    )
}

fn no_date() -> FieldError {
    FieldError::new(
        "closed_at",
        "not_a_moment",
        "no event_date as in 2026-11-20, and no month in source_file or in the file's name (…_202611.csv): add one",
        "pas d'event_date comme 2026-11-20, ni de mois dans source_file ou dans le nom du fichier (…_202611.csv) : ajoutez-en un",
    )
}

fn silent() -> FieldError {
    FieldError::new(
        "report",
        "empty",
        "nobody described the problem: the report only says the record's status",
        "personne n'a décrit le problème : le rapport ne dit que l'état de la fiche",
    )
}
