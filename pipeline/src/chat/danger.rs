//! Words by which somebody may be in danger. Better a call too many: only what plainly is none is let pass.

use super::heard::Words;

/// Words and turns that are a danger wherever they stand.
const ALWAYS: &str = "au feu|prend feu|pris feu|en feu|incendie|incendies|flamme|flammes|en flammes|choc electrique|electrocute| \
    electrocutee|electrocution|electrise|electrisee|decharge electrique|pris le courant|prend le courant| \
    pris une decharge|coup de jus|prend le jus|pris le jus|blesse|blessee|blesses|blessees|blessure|blessures| \
    saigne|saignent|coince la main|coince le doigt|main coincee|doigt coince|bras coince|evanoui|evanouie| \
    inconscient|inconsciente|intoxique|intoxiquee|brule la main|odeur de brule|sent le brule|ca brule|ca fume| \
    elle fume|il fume|explose|explosion|va exploser|fuite d ammoniac|monoxyde|on fire|catches fire|caught fire| \
    in flames|electric shock|electrical shock|got a shock|got shocked|electrocuted|electrocution|injured|injury| \
    injuries|got hurt|is hurt|are hurt|hurt himself|hurt herself|hurt myself|hurt his|hurt her|hurt my|bleeding| \
    bleeds|hand is stuck|hand stuck|finger stuck|arm stuck|trapped|unconscious|passed out|poisoned|burned his| \
    burned her|burned my|burnt his|burnt her|burnt my|burning smell|smell of burning|smells burnt| \
    smells of burning|is burning|explosion|exploded|explodes|going to explode|ammonia leak|carbon monoxide";

/// Words that are a danger unless they are denied, or are said of something that is none.
const UNLESS_DENIED: &[&str] =
    &["fumee", "fumees", "smoke", "smokes", "smoking", "feu", "fire", "fires", "flame", "flames", "gaz", "gas"];

/// What denies the word after it.
const DENIALS: &[&str] = &[
    "pas de",
    "pas du",
    "plus de",
    "aucun",
    "aucune",
    "sans",
    "ni",
    "no",
    "not",
    "without",
    "any sign of",
    "no sign of",
    "never any",
];

/// What comes after the word and makes something else of it.
const AFTER: &[(&str, &[&str])] = &[
    ("feu", &["rouge", "vert", "orange", "clignotant", "de signalisation", "stop", "a eclats", "jaune", "bleu"]),
    ("fire", &["up", "alarm test", "door", "doors", "extinguisher"]),
    ("fires", &["up"]),
    ("flame", &["sensor", "detector", "failure", "out"]),
    ("smoke", &["detector", "extractor", "hood", "test"]),
    ("smoking", &["area", "room", "chamber"]),
    ("gas", &["boiler", "oven", "fryer", "burner", "heater", "stove", "engine", "valve", "spring", "strut", "meter"]),
    ("gaz", &["naturel", "de ville", "propane"]),
];

/// What comes before the word and makes something else of it.
const BEFORE: &[(&str, &[&str])] = &[
    (
        "gaz",
        &["a", "chaudiere", "four", "friteuse", "bruleur", "vanne", "verin", "ressort", "moteur", "compteur", "au"],
    ),
    ("fire", &["will not", "won t", "does not", "doesn t", "did not", "didn t"]),
    ("fumee", &["detecteur de", "extracteur de", "hotte a"]),
    ("fumees", &["detecteur de", "extracteur de", "conduit de", "gaz de", "ventilateur de"]),
    ("feu", &["pare", "coupe"]),
];

/// What makes a danger of a gas that is none by itself.
const LEAK: &str = "odeur|odeurs|sent|fuit|fuite|smell|smells|leak|leaks|leaking|escaping";

/// Whether somebody may be in danger.
pub(super) fn threatens(words: &Words) -> bool {
    if words.has_any(ALWAYS) {
        return true;
    }
    let leak = words.has_any(LEAK);
    UNLESS_DENIED.iter().any(|word| {
        let of = |table: &[(&str, &'static [&'static str])]| -> &'static [&'static str] {
            table.iter().find(|(of, _)| of == word).map_or(&[], |(_, turns)| turns)
        };
        let (before, after) = (of(BEFORE), of(AFTER));
        let gas = ["gaz", "gas"].contains(word);
        words.count(word) > 0
            && words.places(word).any(|at| {
                let denied = DENIALS.iter().any(|denial| words.ends_before(at, denial));
                let other = before.iter().any(|turn| words.ends_before(at, turn))
                    || after.iter().any(|turn| words.begins_after(at, word, turn));
                !denied && !(other && !(gas && leak))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoke_fire_gas_shocks_and_injuries_are_heard_in_both_languages() {
        for text in [
            "il y a de la fumée",
            "Ça fume !",
            "la machine prend feu",
            "feu dans l'armoire",
            "odeur de gaz",
            "fuite de gaz",
            "le four à gaz fuit, odeur de gaz",
            "mon collègue est blessé",
            "j'ai pris une décharge électrique",
            "il s'est électrocuté",
            "ça sent le brûlé",
            "smoke is coming out",
            "it is on fire",
            "there's a fire",
            "I smell gas",
            "I got an electric shock",
            "somebody is injured",
            "my colleague is hurt",
            "he is bleeding",
            "No! Smoke!",
            "the gas oven is leaking gas",
            "FUMÉE",
            "fire",
        ] {
            assert!(threatens(&Words::of(text)), "{text}");
        }
    }

    #[test]
    fn what_plainly_is_no_danger_is_let_pass() {
        for text in [
            "le four à gaz ne chauffe plus",
            "il n'y a pas de fumée",
            "aucune fumée",
            "le feu rouge clignote",
            "no smoke, no fire",
            "the gas boiler does not start",
            "the burner does not fire",
            "it won't fire up",
            "le détecteur de fumée est vert",
            "l'ensacheuse s'arrête en E42",
            "the film tears",
            "la courroie est détendue",
            "le vérin à gaz est mou",
        ] {
            assert!(!threatens(&Words::of(text)), "{text}");
        }
    }
}
