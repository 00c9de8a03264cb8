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
