//! Interventions: told, followed, answered.

use super::words;

words! {
    /// The pages of the technician's report and of interventions.
    Field {
        report_title: "Dicter un compte rendu" | "Dictate a report";
        report_intro: "Dites quelle machine, ce que vous avez vu, la cause, ce que vous avez fait et comment vous avez vérifié." | "Say which machine, what you saw, the cause, what you did, and how you checked.";
        family: "Famille de machine" | "Kind of machine";
        model: "Modèle" | "Model";
        serial: "Numéro de série" | "Serial number";
        code: "Code d'erreur" | "Error code";
        customer: "Client" | "Customer";
        minutes: "Minutes passées" | "Minutes spent";
        record: "Enregistrer" | "Record";
        pause: "Pause" | "Pause";
        go_on: "Reprendre" | "Go on";
        stop: "Terminer" | "Finish";
        level: "Niveau du micro" | "Microphone level";
        again: "Recommencer" | "Start again";
        send: "Envoyer le compte rendu" | "Send the report";
        or_write: "Ou l'écrire" | "Or write it";
        text: "Compte rendu" | "Report";
        machine: "La machine" | "The machine";
        no_microphone: "Le micro n'est pas accessible\u{a0}: autorisez-le pour ce site, ou écrivez le compte rendu." | "The microphone is not available: allow it for this site, or write the report.";
        recording: "Enregistrement en cours" | "Recording";
        paused: "En pause" | "Paused";
        kept: "Gardé sur cet appareil\u{a0}; il partira dès que le réseau revient." | "Kept on this device; it will be sent as soon as the network is back.";
        sending: "Envoi…" | "Sending…";
        unsent: "Un enregistrement n'est pas encore parti. Écoutez-le, envoyez-le ou recommencez." | "A recording has not been sent yet. Listen, send it, or start again.";
        needs_login: "Votre session est finie\u{a0}: reconnectez-vous, l'enregistrement reste ici." | "Your session has ended: log in again, the recording stays here.";
        list_title: "Interventions" | "Cases";
        list_empty: "Aucune intervention ici." | "No case here.";
        all: "Toutes" | "All";
        only_waiting: "En attente seulement" | "Waiting only";
        next_page: "Suite" | "Next";
        closed_on: "close le" | "closed on";
        standing: "Où elle en est" | "Where it is";
        stage_received: "Reçue\u{a0}: l'enregistrement va être transcrit" | "Received: the recording will be transcribed";
        stage_transcribed: "Transcrite" | "Transcribed";
        stage_redacted: "Données personnelles masquées" | "Personal data masked";
        stage_needs_answers: "Attend vos réponses" | "Waits for your answers";
        stage_drafted: "Brouillon écrit" | "Drafted";
        stage_compared: "Comparée à ce qui est connu" | "Compared with what is known";
        stage_in_review: "Devant un expert" | "Before an expert";
        stage_merged: "Déjà connue\u{a0}: comptée avec la procédure" | "Known: counted with the procedure";
        stage_rejected: "Non retenue" | "Not kept";
        stage_indexed: "Brouillon indexé" | "Draft indexed";
        stage_published: "Approuvée" | "Approved";
        stage_unanswered: "Restée sans réponse" | "Left unanswered";
        stage_reopened: "Rouverte" | "Reopened";
        stage_failed: "Arrêtée par une erreur" | "Stopped by an error";
        heard: "Ce que nous avons entendu" | "What we heard";
        understood: "Ce que nous avons compris" | "What we understood";
        understood_hint: "Un expert le relira avant que quiconque ne s'en serve." | "An expert will read it before anybody uses it.";
        correct: "Corriger ou compléter" | "Correct or add";
        correct_hint: "Écrivez ce qui est faux ou ce qui manque\u{a0}: l'expert le verra, et le brouillon en tiendra compte." | "Write what is wrong or missing: the expert will see it, and the draft will take it in.";
        correction: "Correction du technicien" | "Technician's correction";
        corrected: "C'est noté." | "Noted.";
        questions: "Questions" | "Questions";
        answer: "Répondre" | "Answer";
        answered: "Merci\u{a0}: la suite se fait toute seule." | "Thank you: the rest happens by itself.";
        procedure: "Voir la procédure" | "See the procedure";
        retry: "Relancer" | "Retry";
        openings_title: "À ouvrir aux clients" | "To open to customers";
        openings_intro: "Ces procédures comportent un danger\u{a0}: les clients ne les voient qu'après une seconde approbation, par quelqu'un d'autre." | "These procedures involve a danger: customers see them only after a second approval, by somebody else.";
        openings_empty: "Rien n'attend une seconde approbation." | "Nothing waits for a second approval.";
        approved_by: "Approuvée par {}" | "Approved by {}";
        open_it: "Ouvrir aux clients" | "Open to customers";
        keep_shut: "Ne pas ouvrir" | "Do not open";
        reason: "Motif" | "Reason";
        revised: "La procédure a été révisée depuis." | "The procedure has been revised since.";
        what_customers_read: "Ce que le client lirait, mot pour mot" | "What the customer would read, word for word";
    }
}
