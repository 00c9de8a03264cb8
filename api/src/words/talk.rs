//! The customer's chat, and the requests that it hands over. What the chat itself says stands in
//! `pipeline/src/chat/sentences.rs`.

use super::words;

words! {
    /// Around the conversation, on its page and in the widget.
    Talk {
        title: "Aide en cas de panne" | "Help with a fault";
        open: "Besoin d'aide\u{a0}?" | "Need help?";
        close: "Fermer" | "Close";
        conversation: "Conversation" | "Conversation";
        message: "Votre message" | "Your message";
        send: "Envoyer" | "Send";
        choices: "Réponses possibles" | "Possible answers";
        you: "Vous\u{a0}:" | "You:";
        danger: "Danger\u{a0}:" | "Danger:";
        step: "Étape {}" | "Step {}";
        sending: "Envoi…" | "Sending…";
        lost: "Connexion perdue\u{a0}: votre message est gardé et repartira tout seul." | "Connection lost: your message is kept and will be sent again by itself.";
        failed: "Cela n'a pas abouti." | "That did not work.";
        over: "Cette conversation est terminée." | "This conversation is over.";
        anew: "Nouvelle conversation" | "New conversation";
    }
}

words! {
    /// The requests that people take over.
    Handed {
        title: "Demandes des clients" | "Customers' requests";
        intro: "Ce que la conversation a transmis, le plus urgent d'abord." | "What the chat has handed over, the most urgent first.";
        state: "État" | "State";
        all: "Toutes" | "All";
        open: "À prendre" | "To be taken";
        taken: "Prises" | "Taken";
        closed: "Closes" | "Closed";
        filter: "Filtrer" | "Filter";
        empty: "Aucune demande." | "No requests.";
        more: "Demandes suivantes" | "More requests";
        urgent: "Urgent" | "Urgent";
        asked: "Veut une personne" | "Wants a person";
        danger: "Danger signalé" | "Danger reported";
        nothing_found: "Aucune procédure ne convient" | "No procedure fits";
        not_helped: "Les procédures n'ont pas aidé" | "The procedures did not help";
        out_of_scope: "Hors sujet" | "Out of scope";
        unclear: "Pas comprise" | "Not understood";
        limit: "Conversation trop longue" | "Conversation too long";
        machine: "Machine" | "Machine";
        symptom: "Symptôme" | "Symptom";
        code: "Code" | "Code";
        no_code: "aucun" | "none";
        urgency: "Urgence" | "Urgency";
        stopped: "production arrêtée" | "production stopped";
        degraded: "production ralentie" | "production slowed down";
        can_wait: "peut attendre" | "can wait";
        untold: "non dite" | "not told";
        visitor: "De la part de" | "From";
        visitor_unnamed: "un visiteur" | "a visitor";
        tried: "Essayé" | "Tried";
        declined: "refusée" | "declined";
        stuck: "abandonnée" | "given up";
        no_help: "suivie, sans effet" | "followed, without effect";
        helped: "a aidé" | "helped";
        withdrawn: "retirée entre-temps" | "withdrawn meanwhile";
        broken_off: "interrompue" | "broken off";
        steps: "{} étapes montrées" | "{} steps shown";
        conversation: "Conversation" | "Conversation";
        taken_by: "Prise par {}, le" | "Taken by {}, on";
        closed_by: "Close par {}, le" | "Closed by {}, on";
        take: "Je la prends" | "I take it";
        close: "Clore" | "Close it";
        outcome: "Ce qu'il en est sorti (facultatif)" | "What came of it (optional)";
        back: "Toutes les demandes" | "All requests";
        settled: "Quelqu'un d'autre l'a prise ou close entre-temps." | "Somebody else took or closed it meanwhile.";
        from_visitor: "Client\u{a0}:" | "Customer:";
        from_house: "Programme\u{a0}:" | "Program:";
    }
}
