//! The words that make, or unmake, a code.

use std::collections::HashSet;
use std::sync::LazyLock;

/// A set of words, folded.
pub(crate) struct Words(pub(crate) LazyLock<HashSet<&'static str>>);

impl Words {
    pub(crate) fn contains(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

/// Declares a set of words.
macro_rules! set {
    ($(#[$doc:meta])* $name:ident = $words:literal) => {
        $(#[$doc])*
        pub(crate) static $name: $crate::codes::words::Words = $crate::codes::words::Words(std::sync::LazyLock::new(|| $words.split_whitespace().collect::<std::collections::HashSet<&str>>()));
    };
}

pub(crate) use set;

set!(
    /// Words that announce a code.
    CODE_WORDS =
    "code codes erreur erreurs err error errors defaut defauts alarme alarmes alarm alarms fault faults \
     alerte alertes avertissement warning anomalie trip"
);
set!(
    /// Words that may stand between the announcement and the code.
    FILLERS =
    "n no nr num numero number d de du code codes erreur error defaut fault alarme alarm machine \
     variateur automate"
);
set!(
    /// Words after which letters and digits name a component, a place or a size, not a code.
    NAMED =
    "contacteur contactor relais relay fusible fuse moteur motor vanne valve electrovanne ev sonde \
     capteur sensor borne bornes bornier terminal ligne line quai dock chambre room axe axis zone poste \
     station type modele model machine format filtre filter classe class repere vis screw ecrou boulon \
     bolt roulement bearing disjoncteur breaker cable torx cle key sortie output entree input batiment \
     building salle porte door etage floor ampoule culot douille bulb reference ref taille size phase \
     prise socket atelier connecteur connector carte board module pompe pump serie series"
);
set!(
    /// What follows a quantity or a count, and therefore no code.
    UNITS =
    "v vac vdc kv mv a ma w kw hz khz bar bars mbar psi pa kpa mpa c f k degre degres degree degrees mm \
     cm m km millimetre millimetres l litre litres kg kilo kilos g nm h heure heures hour hours min mn \
     minute minutes s sec seconde secondes second seconds jour jours day days semaine semaines week weeks \
     mois month months an ans year years fois times time x tr rpm ohm ohms pourcent percent volts volt \
     euros eur pieces cycles machines lignes"
);
