//! Which dangers a text speaks of.
//!
//! The words are those of the extractor's lexicon (sections `hazard.…`, `safe.…` and `harmless` of its cues): whoever
//! teaches it a word teaches this room, too.

use std::collections::BTreeSet;

use savoir_models::content::HazardKind;
use savoir_models::text::Language;

use crate::extractor::trade;

/// The kinds of danger that a text involves, each once; nothing where it names none. Whoever takes a danger away
/// ("consignez", "prove dead") speaks of it. It is told by words: a danger that goes without saying is not seen.
#[must_use]
pub fn kinds(text: &str, language: Language) -> BTreeSet<HazardKind> {
    trade::dangers(text, language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use HazardKind::{Chemical, Electricity, Heat, Height, Isolation, MovingParts, Pressure, Refrigerant};

    #[test]
    fn dangers_are_told_by_the_words_of_the_trade() {
        let table: &[(Language, &str, &[HazardKind])] = &[
            (Language::French, "Consignez la machine et posez un cadenas.", &[Isolation]),
            (
                Language::French,
                "Coupez et cadenassez le sectionneur, puis vérifiez l'absence de tension.",
                &[Isolation, Electricity],
            ),
            (Language::French, "Mettez l'armoire hors tension.", &[Electricity]),
            (Language::French, "Mesurez la tension sous tension, 400 V entre phases.", &[Electricity]),
            (Language::French, "Purgez l'air de la cuve jusqu'à 0 bar.", &[Pressure]),
            (Language::French, "Dépressurisez le circuit hydraulique.", &[Pressure]),
            (Language::French, "Attention, l'huile chaude reste brûlante une heure.", &[Heat]),
            (Language::French, "Laissez refroidir les mâchoires.", &[Heat]),
            (Language::French, "Montez en nacelle, harnais obligatoire.", &[Height]),
            (Language::French, "Rincez l'acide, gants et lunettes.", &[Chemical]),
            (Language::French, "Récupérez le R410A avant d'ouvrir le circuit frigorifique.", &[Refrigerant]),
            (Language::French, "Calez la table, elle peut tomber.", &[MovingParts]),
            (Language::French, "Attendez l'arrêt complet des hélices.", &[MovingParts]),
            (Language::French, "Coupez le courant au disjoncteur général.", &[Isolation, Electricity]),
            (Language::French, "Abaissez le disjoncteur de l'armoire.", &[Electricity]),
            (Language::French, "Coupez l'alimentation de la machine.", &[Electricity]),
            (Language::French, "Retirez les fusibles.", &[Electricity]),
            (Language::French, "Ouvrez l'interrupteur général.", &[Isolation]),
            (Language::English, "Turn off the power at the main breaker.", &[Isolation, Electricity]),
            (Language::English, "Switch off the mains switch.", &[Isolation, Electricity]),
            (Language::English, "Cut the power and wait.", &[Electricity]),
            (Language::English, "Pull the fuses.", &[Electricity]),
            (Language::English, "Switch off the supply at the consumer unit.", &[Electricity]),
            (Language::English, "Lock out the machine and tag it.", &[Isolation]),
            (Language::English, "Padlock the isolator and prove dead.", &[Isolation, Electricity]),
            (Language::English, "De-energise the panel.", &[Electricity]),
            (Language::English, "Unplug the mains lead.", &[Electricity]),
            (Language::English, "Vent the receiver to 0 bar.", &[Pressure]),
            (Language::English, "Release the pressure at the drain cock.", &[Pressure]),
            (Language::English, "Let it cool below 50 C.", &[Heat]),
            (Language::English, "Work from a scaffold, harness and lanyard on.", &[Height]),
            (Language::English, "Rinse off the caustic.", &[Chemical]),
            (Language::English, "Recover the R134a.", &[Refrigerant]),
            (Language::English, "Never run it with the guard open: fingers.", &[MovingParts]),
        ];
        for (language, text, expected) in table {
            assert_eq!(kinds(text, *language).into_iter().collect::<Vec<_>>(), *expected, "{text}");
        }
    }

    #[test]
    fn words_that_only_sound_dangerous_are_none() {
        for text in [
            "",
            "Appuyez sur le bouton-pression.",
            "Appuyez deux fois sur le bouton pression du capot.",
            "Réglez la température à la consigne de 62 °C.",
            "La consigne est à 4 °C, mesure 9 °C.",
            "Anomalie consignée au registre.",
            "Le client nous met la pression pour redémarrer.",
            "Remplacez la courroie et réglez la tension.",
            "Nettoyez le filtre.",
            "Serrez les vis à 4 N·m.",
            "Mettez à jour le programme et redémarrez.",
            "Le disjoncteur a été remplacé par un neuf.",
            "Après une coupure de courant, remettez l'heure.",
            "Coupez le film à 30 cm.",
        ] {
            assert!(kinds(text, Language::French).is_empty(), "{text}: {:?}", kinds(text, Language::French));
        }
        for text in [
            "Done under pressure of time.",
            "We were under pressure to restart.",
            "The dryer does not cool the air.",
            "Check the cooling fan belt.",
            "Link the two modules.",
            "The software was updated, live data is back.",
            "Replace the belt and set its tension.",
            "Clean the strainer.",
            "The customer recovered the file.",
            "After a power cut, set the clock.",
            "Cut the film at 30 cm.",
        ] {
            assert!(kinds(text, Language::English).is_empty(), "{text}: {:?}", kinds(text, Language::English));
        }
    }
}
