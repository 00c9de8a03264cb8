//! Orders to defeat what protects: "pontez le contact de porte", "work with the isolator on", "gants inutiles".
//!
//! What was found so ("sécurité shuntée par l'opérateur") and what is forbidden ("ne shuntez jamais") is no order.

use std::borrow::Cow;

use super::super::lexemes::{Gap, Lexeme};
use super::views::folded;
use super::{Doubt, shown};
use crate::codes::words::set;
use crate::extractor::trade;
use savoir_models::text::Language;

set!(
    /// Orders that bridge or silence whatever they are given.
    STRONG =
    "ponter pontez ponte shunter shuntez shunte court-circuiter court-circuitez courtcircuiter courtcircuitez bypasser \
     bypassez neutraliser neutralisez inhiber inhibez bridge jumper bypass defeat shunt"
);
set!(
    /// Orders that do so only to what protects.
    WEAK =
    "desactiver desactivez supprimer supprimez contourner contournez forcer forcez bloquer bloquez annuler annulez debrayer \
     debrayez disable override deactivate silence short tape wedge hold wire tie jam force mute wind raise increase augmentez augmenter relevez"
);
set!(
    /// What protects.
    GUARDS =
    "securite securites interverrouillage interverrouillages verrouillage urgence barriere barrieres bord limiteur \
     interlock interlocks safety e-stop estop emergency curtain guard guards homme anti-ecrasement poing"
);
set!(
    /// What may protect: an order that bridges it is suspect.
    SENSES =
    "contact contacts pressostat thermostat capteur capteurs detecteur detecteurs sonde course soupape differentiel disjoncteur \
     fusible flotteur relais alarme alarmes protection protections cellule pressure-switch switch switches thermostat \
     sensor sensors limit relay fuse breaker alarm alarms detector flame"
);
set!(
    /// What keeps whoever works from harm.
    KEEPS =
    "consignation consigner cadenas cadenasser gants lunettes visiere epi harnais vat \
     sectionneur lockout lock-out isolation isolating locking padlock padlocking padlocks gloves goggles ppe \
     harness guard guards props isolate lock proving tagging tagout mask respirator"
);
set!(
    /// What says that it is not needed.
    NEEDLESS =
    "inutile inutiles superflu superflue superflus facultatif facultative supprimee supprime supprimes obsolete unnecessary \
     needless optional waived obsolete superfluous pointless"
);
set!(
    /// Orders to work.
    WORKS =
    "travaillez travailler intervenez intervenir montez monter demontez demonter ouvrez ouvrir devissez devisser desserrez desserrer \
     deposez deposer transvasez entrez entrer intervention work loosen crack undo open fit remove start reach climb enter dismantle strip replace change"
);
set!(
    /// Words before an order that forbid it, or tell of it.
    FORBIDS =
    "ne n jamais pas sans never not don interdit interdiction evitez eviter plutot lieu avoid without instead forbidden nobody \
     trouve trouvee found was were had had been etait ete avait ont deja plus ni nor no"
);

/// Orders in a text of the case. `name`: the text should be a name, and no order belongs there.
pub(super) fn ordered(text: &str, lexemes: &[Lexeme], name: bool) -> Vec<Doubt> {
    let mut out = Vec::new();
    for (from, to) in found(lexemes) {
        let (start, end) = (lexemes[from].start, lexemes[to - 1].end);
        let shown = shown(text, start, end);
        out.push(Doubt::new(
            start,
            end,
            format!("It orders to defeat what protects: “{shown}”."),
            format!("Elle demande de neutraliser une sécurité : « {shown} »."),
        ));
    }
    if name && text.len() > 24 {
        let orders = |l: &&Lexeme| {
            let infinitive = |w: &str| {
                w.len() > 4 && (w.ends_with("er") || w.ends_with("ez") || w.ends_with("re") || w.ends_with("ir"))
            };
            let verb = trade::verb(&l.fold, Language::French);
            // "machine à laver", "battery charger" are names; "kit (démonter …)" holds an order.
            let place = lexemes.partition_point(|other| other.start < l.start);
            let apart = place > 0
                && lexemes[..place]
                    .iter()
                    .rev()
                    .take(6)
                    .take_while(|b| b.gap != Gap::Line)
                    .any(|b| matches!(b.fold.as_str(), "(" | "," | ":" | ";" | "-" | "."))
                && !matches!(lexemes[place - 1].fold.as_str(), "a" | "de" | "pour");
            apart
                && l.word()
                && infinitive(&l.fold)
                && verb.is_some_and(|v| crate::codes::fold(v.name) == l.fold || l.fold.ends_with("ez"))
        };
        out.extend(lexemes.iter().find(orders).map(|l| {
            let shown = shown(text, l.start, text.len());
            Doubt::new(
                l.start,
                text.len(),
                format!("A name holds an order: “{shown}”."),
                format!("Un nom contient un ordre : « {shown} »."),
            )
        }));
    }
    out
}

/// What of a statement orders to defeat what protects.
pub(in super::super) fn defeats(text: &str, lexemes: &[Lexeme]) -> Option<String> {
    found(lexemes).first().map(|(from, to)| shown(text, lexemes[*from].start, lexemes[*to - 1].end))
}

/// What of a warning says that there is nothing to be warned of: "aucun danger", "harmless".
pub(in super::super) fn disarms(text: &str, lexemes: &[Lexeme]) -> Option<String> {
    let no = |l: &Lexeme| matches!(l.fold.as_str(), "aucun" | "sans" | "no" | "zero" | "pas" | "without");
    let danger = |l: &Lexeme| {
        matches!(l.fold.as_str(), "danger" | "dangers" | "risque" | "risques" | "risk" | "risks" | "hazard" | "hazards")
    };
    let at = (0..lexemes.len()).find(|i| {
        let free = no(&lexemes[*i]) && lexemes[i + 1..].iter().take(2).any(danger);
        free || matches!(lexemes[*i].fold.as_str(), "inoffensif" | "inoffensive" | "harmless")
    })?;
    let last = lexemes.len().min(at + 4);
    Some(shown(text, lexemes[at].start, lexemes[last - 1].end))
}

/// Stretches of lexemes that order to defeat what protects.
fn found(lexemes: &[Lexeme]) -> Vec<(usize, usize)> {
    let words: Vec<(usize, Cow<'_, str>)> = lexemes
        .iter()
        .enumerate()
        .filter(|(_, l)| l.word() || l.digits() || matches!(l.fold.as_str(), "." | ";" | ":" | "!" | "?" | ","))
        .map(|(i, l)| (i, folded(l)))
        .collect();
    let scan = Scan { lexemes, words };
    let mut out: Vec<(usize, usize)> = Vec::new();
    for at in 0..scan.words.len() {
        let end =
            scan.silences(at).or_else(|| scan.needless(at)).or_else(|| scan.without(at)).or_else(|| scan.under(at));
        if let Some(end) = end
            && out.last().is_none_or(|(_, to)| scan.words[at].0 >= *to)
        {
            out.push((scan.words[at].0, scan.words[end].0 + 1));
        }
    }
    out
}

struct Scan<'a> {
    lexemes: &'a [Lexeme],
    /// Words, numbers and the marks that end something, with their lexemes.
    words: Vec<(usize, Cow<'a, str>)>,
}

impl Scan<'_> {
    fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |w| &*w.1)
    }

    /// Where the sentence of word `at` goes on to, `most` words at the furthest.
    fn reach(&self, at: usize, most: usize) -> usize {
        let ends = |i: &usize| {
            !matches!(self.word(*i), "." | ";" | "!" | "?")
                && (*i == at || self.lexemes[self.words[*i].0].gap != Gap::Line)
        };
        (at..self.words.len().min(at + most)).take_while(ends).last().map_or(at, |last| last + 1)
    }

    fn forbidden(&self, at: usize) -> bool {
        let before = (at.saturating_sub(9)..at).rev();
        before
            .take_while(|i| !matches!(self.word(*i), "." | ";" | ":" | "!" | "?" | ","))
            .any(|i| FORBIDS.contains(self.word(i)))
    }

    /// "pontez le contact de porte", "disable the interlock", "hold the gas valve open".
    fn silences(&self, at: usize) -> Option<usize> {
        let word = self.word(at);
        // "court-circuitez" is two words with a dash between them.
        let joined =
            if matches!(word, "court" | "by") { format!("{word}{}", self.word(at + 1)) } else { word.to_owned() };
        let strong = STRONG.contains(&joined);
        let weak = WEAK.contains(word);
        if !(strong || weak) || self.forbidden(at) || self.is_noun(at) {
            return None;
        }
        let to = self.reach(at, 10);
        // "SQ1", "S3": what the wiring diagram names.
        let named = |i: usize| {
            let lexeme = &self.lexemes[self.words[i].0];
            let next = self.lexemes.get(self.words[i].0 + 1);
            lexeme.capital() && lexeme.exact.len() <= 3 && next.is_some_and(|n| n.digits() && n.glued())
        };
        let held = |i: usize| matches!(self.word(i), "closed" | "open" | "ferme" | "ouvert" | "fermee" | "ouverte");
        let raised = matches!(self.word(at), "wind" | "raise" | "increase" | "augmentez" | "augmenter" | "relevez");
        if raised {
            let valve =
                |i: &usize| matches!((self.word(*i), self.word(i + 1)), ("safety", "valve") | ("de", "securite"));
            return (at + 1..to).find(valve);
        }
        (at + 1..to).find(|i| {
            let word = self.word(*i);
            let guard = GUARDS.contains(word) || word == "arret" && self.word(i + 2) == "urgence";
            guard
                || (strong && (SENSES.contains(word) || named(*i)))
                || (weak
                    && matches!(self.word(at), "hold" | "wire" | "tie" | "wedge" | "tape")
                    && (SENSES.contains(word) || matches!(word, "valve" | "vanne"))
                    && (*i..to).any(held))
        })
    }

    /// "en bypass", "on bypass", "le shunt", "short circuit", "jumper wire": no order.
    fn is_noun(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map_or("", |p| self.word(p));
        let after = self.word(at + 1);
        // "Tarn Bridge": a name.
        let capital = |n: usize| self.lexemes[self.words[n].0].capital();
        if at > 0 && capital(at) && capital(at - 1) && !self.lexemes[self.words[at].0].acronym() {
            return true;
        }
        matches!(
            before,
            "en" | "on"
                | "le"
                | "la"
                | "les"
                | "un"
                | "une"
                | "du"
                | "au"
                | "the"
                | "a"
                | "this"
                | "by"
                | "of"
                | "in"
                | "its"
                | "il"
                | "elle"
                | "client"
                | "operateur"
                | "has"
                | "have"
                | "is"
                | "are"
                | "i"
                | "we"
                | "he"
                | "she"
                | "they"
        ) || matches!(after, "circuit" | "valve" | "line" | "wire" | "rectifier")
    }

    /// "gants inutiles", "la consignation n'est pas nécessaire", "no need to lock out".
    fn needless(&self, at: usize) -> Option<usize> {
        let to = self.reach(at, 9);
        let word = self.word(at);
        if KEEPS.contains(word) && !self.forbidden(at) {
            let denied = |i: usize| {
                (matches!(self.word(i), "pas" | "not" | "plus" | "longer" | "t")
                    && (i..to.min(i + 3)).any(|j| {
                        matches!(
                            self.word(j),
                            "necessaire"
                                | "necessaires"
                                | "obligatoire"
                                | "needed"
                                | "required"
                                | "necessary"
                                | "utile"
                                | "besoin"
                        )
                    }))
                    || NEEDLESS.contains(self.word(i))
            };
            return (at + 1..to).find(|i| denied(*i));
        }
        let spared = matches!(word, "inutile" | "skip")
            || (word == "need" && at > 0 && self.word(at - 1) == "no")
            || (matches!(word, "besoin" | "peine")
                && at > 0
                && matches!(self.word(at - 1), "pas" | "la")
                && self.says_no(at));
        if spared {
            return (at + 1..to.min(at + 5))
                .find(|i| KEEPS.contains(self.word(*i)) || matches!(self.word(*i), "lock" | "isolate" | "padlock"));
        }
        None
    }

    fn says_no(&self, at: usize) -> bool {
        (at.saturating_sub(3)..at).any(|i| self.word(i) == "pas")
    }

    /// "sans gants", "without locking out".
    fn without(&self, at: usize) -> Option<usize> {
        if !matches!(self.word(at), "sans" | "without") {
            return None;
        }
        // Somebody who worked so is told of, not asked to.
        let told = (at.saturating_sub(6)..at).any(|i| FORBIDS.contains(self.word(i)) && self.word(i) != "plus");
        (!told).then(|| (at + 1..self.reach(at, 4)).find(|i| KEEPS.contains(self.word(*i))))?
    }

    /// "travaillez sous pression", "open it with the pump running".
    fn under(&self, at: usize) -> Option<usize> {
        if !WORKS.contains(self.word(at)) || self.forbidden(at) {
            return None;
        }
        let general = matches!(
            self.word(at),
            "travaillez" | "travailler" | "intervenez" | "intervenir" | "work" | "intervention"
        );
        let to = self.reach(at, 16);
        (at + 1..to).find(|i| {
            let (a, b) = (self.word(*i), self.word(i + 1));
            let put = |w: &str| {
                matches!(
                    w,
                    "remettre"
                        | "remettez"
                        | "mettre"
                        | "mettez"
                        | "mise"
                        | "remise"
                        | "avant"
                        | "apres"
                        | "before"
                        | "until"
                )
            };
            let before = (i.saturating_sub(3)..*i).any(|j| put(self.word(j)) || FORBIDS.contains(self.word(j)));
            let french = matches!((a, b), ("sous" | "en", "pression") | ("en", "marche"))
                || (general && (a, b) == ("sous", "tension"))
                || matches!((a, b), ("batterie", "branchee") | ("contact", "mis") | ("avant", "que"))
                    && (b != "que"
                        || (*i..to)
                            .any(|j| matches!(self.word(j), "tombee" | "coupee" | "consignee" | "purgee" | "arretee")));
            let with = (at..*i).any(|j| matches!(self.word(j), "with" | "while" | "leaving"));
            let english = (a, b) == ("under", "pressure")
                || (with
                    && (matches!(a, "running" | "live" | "energised" | "energized")
                        || matches!((a, b), ("plugged", "in") | ("isolator", "on") | ("power", "on"))));
            (french && !(before && b != "que")) || (english && !before)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::lexemes::lexemes;
    use super::*;

    fn defeated(text: &str) -> bool {
        defeats(text, &lexemes(text)).is_some()
    }

    #[test]
    fn orders_to_defeat_what_protects_are_seen() {
        for text in [
            "Pontez le contact de porte S3 avec un fil de 1 mm²",
            "shunter le thermostat de sécurité ST1",
            "Court-circuitez le pressostat",
            "Neutralisez l'arrêt d'urgence à câble",
            "Bridge SQ1 for a test",
            "Bypass the interlock and start",
            "Disable the safety relay",
            "Hold the gas valve open by hand",
            "Transvasez la soude à la main, gants inutiles",
            "padlocking the gas valve is waived for this burner",
            "Ouvrez la porte du four à 230 °C sans gants",
            "Travaillez sous pression, sans fermer les vannes",
            "Work on it with the isolator on",
            "Inutile de consigner la machine",
        ] {
            assert!(defeated(text), "{text}");
        }
    }

    #[test]
    fn what_is_forbidden_found_or_harmless_is_not() {
        for text in [
            "Ne shuntez jamais la porte",
            "Client prévenu de ne plus shunter la porte",
            "Never bridge SQ1, not even for a test",
            "Work on bypass; do not replace the fans with the inverter live",
            "Désactivez l'alarme sonore de la cuisine",
            "Il est inutile de purger tout le réseau",
            "Vérifiez l'absence de court-circuit sur le capteur",
            "Remplacez la sonde sans toucher au bord",
            "Déposez le carter de protection",
            "Refermez la porte et remettez en marche",
            "Montez le capteur, puis remettez la machine en marche",
            "Remove the guard and clean the sensor",
        ] {
            assert!(!defeated(text), "{text}");
        }
    }
}
