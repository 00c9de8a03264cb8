//! What every page says.

use super::words;

words! {
    /// The frame of every page.
    Common {
        skip: "Aller au contenu" | "Skip to content";
        menu: "Pages" | "Pages";
        nav_search: "Chercher" | "Search";
        nav_reviews: "À relire" | "Reviews";
        nav_openings: "À ouvrir" | "To open";
        nav_report: "Dicter" | "Dictate";
        nav_requests: "Demandes" | "Requests";
        nav_chat: "Aide" | "Help";
        nav_interventions: "Interventions" | "Cases";
        nav_desk: "Pilotage" | "Desk";
        log_out: "Se déconnecter" | "Log out";
        other_language: "English" | "Français";
        other_language_code: "en" | "fr";
        error_title: "Cela n'a pas abouti" | "That did not work";
        not_found_title: "Page introuvable" | "Page not found";
        not_found: "Il n'y a rien à cette adresse, ou ce n'est pas à vous de le voir." | "There is nothing at this address, or it is not yours to see.";
        home: "Aller à la recherche" | "Go to the search";
        request_id: "Numéro de la requête, pour le journal\u{a0}: {}" | "Number of the request, for the log: {}";
    }
}
