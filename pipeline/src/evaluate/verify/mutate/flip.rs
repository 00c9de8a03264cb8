//! A statement that says the contrary.

use savoir_models::text::Language;

/// Words that deny, and what stands there when nothing is denied.
const FRENCH: &[(&str, &str)] = &[
    ("Ne laissez jamais", "Laissez toujours"),
    ("ne doit pas", "doit"),
    ("n'y a plus d'", "y a un "),
    ("il n'y a pas de ", "il y a une "),
    (" sans ", " avec "),
    ("l'absence d", "la présence d"),
    ("aucune ", "une "),
    ("aucun ", "un "),
    ("jamais", "toujours"),
    ("ne se décolmatent plus", "se décolmatent"),
    ("n'est pas", "est"),
    ("n'est plus", "est"),
    ("ne sont pas", "sont"),
    ("non détectée", "détectée"),
    (" et non ", " et "),
    ("pas de ", "une "),
    ("que rien ne ", "que tout "),
];
const ENGLISH: &[(&str, &str)] = &[
    ("Do not ", ""),
    ("do not ", ""),
    ("does not ", "does "),
    ("will not ", "will "),
    ("is not ", "is "),
    ("was not ", "was "),
    ("never", "always"),
    (" without ", " with "),
    (" with no ", " with "),
    ("must not", "must"),
    ("no longer", "still"),
    (", not ", ", "),
    ("no bubbles", "bubbles"),
];

/// The contrary of a statement; `None` where no rule applies.
pub(super) fn flipped(text: &str, language: Language, section: &str) -> Option<String> {
    let (denied, imperative) = match language {
        Language::French => (FRENCH, french_order(text)),
        Language::English => (ENGLISH, english_order(text)),
    };
    if let Some((no, yes)) = denied.iter().find(|(no, _)| text.contains(no)) {
        return Some(capital(&text.replacen(no, yes, 1)));
    }
    if let Some(affirmed) = order(text, language) {
        return Some(affirmed);
    }
    let says_no = match language {
        Language::French => [" ne ", " n'", "N'", "Ne ", "plus", "pas"].iter().any(|w| text.contains(w)),
        Language::English => [" no ", "not", "none", "nothing", "neither"].iter().any(|w| text.contains(w)),
    };
    if says_no {
        return None;
    }
    if matches!(section, "steps" | "verification" | "prerequisites" | "hazards") {
        return imperative;
    }
    let verbs: &[(&str, &str)] = match language {
        Language::French => &[
            (" est ", " n'est pas "),
            (" sont ", " ne sont pas "),
            (" reste ", " ne reste pas "),
            (" affiche ", " n'affiche pas "),
            (" s'arrête", " ne s'arrête pas"),
            (" fuit", " ne fuit pas"),
            (" atteint ", " n'atteint pas "),
            (" était ", " n'était pas "),
        ],
        Language::English => &[
            (" is ", " is not "),
            (" are ", " are not "),
            (" has ", " has not "),
            (" was ", " was not "),
            (" stops ", " does not stop "),
            (" trips ", " does not trip "),
            (" reaches ", " does not reach "),
        ],
    };
    verbs.iter().find(|(yes, _)| text.contains(yes)).map(|(yes, no)| text.replacen(yes, no, 1))
}

/// "N'ouvrez pas …" becomes "Ouvrez …".
fn order(text: &str, language: Language) -> Option<String> {
    if language != Language::French {
        return None;
    }
    let rest = text.strip_prefix("Ne ").or_else(|| text.strip_prefix("N'"))?;
    let (verb, after) = rest.split_once(' ')?;
    let after = after.strip_prefix("pas ").or_else(|| after.strip_prefix("jamais "))?;
    verb.ends_with("ez").then(|| capital(&format!("{verb} {after}")))
}

fn french_order(text: &str) -> Option<String> {
    let (verb, rest) = text.split_once(' ')?;
    let ends = verb.ends_with("ez") || verb.ends_with("tes");
    let low = verb.to_lowercase();
    let vowel = low.starts_with(['a', 'e', 'é', 'i', 'o', 'u', 'h', 'ê', 'â']);
    ends.then(|| format!("{}{low} pas {rest}", if vowel { "N'" } else { "Ne " }))
}

fn english_order(text: &str) -> Option<String> {
    let first = text.split(' ').next()?;
    let verb = crate::extractor::trade::verb(&first.to_lowercase(), Language::English).is_some()
        || ["Confirm", "Carry", "Measure", "Wear", "Keep", "Leave"].contains(&first);
    verb.then(|| format!("Do not {}{}", first.to_lowercase(), &text[first.len()..]))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
