//! Looking for a procedure, and working from one.

use super::words;

words! {
    /// The search and the procedure page.
    Portal {
        title: "Chercher une procédure" | "Search procedures";
        question: "Symptôme, code d'erreur ou machine" | "Symptom, error code or machine";
        example: "E42, fuite d'huile, GA 37…" | "E42, oil leak, GA 37…";
        submit: "Chercher" | "Search";
        family: "Famille" | "Family";
        model: "Modèle" | "Model";
        code: "Code d'erreur" | "Error code";
        filters: "Préciser la machine" | "Narrow to a machine";
        found_one: "{} procédure" | "{} procedure";
        found_many: "{} procédures" | "{} procedures";
        nothing: "Aucune procédure ne répond à cette recherche." | "No procedure answers this search.";
        nothing_hint: "Vérifiez le code, essayez un mot du symptôme ou retirez un filtre." | "Check the code, try a word of the symptom, or drop a filter.";
        without_filters: "Chercher sans les filtres" | "Search without the filters";
        empty: "Tapez ce que vous voyez, entendez ou lisez sur la machine." | "Type what you see, hear or read on the machine.";
        limited: "Trouvé par les mots et les codes seulement\u{a0}: la recherche par le sens est momentanément indisponible." | "Found by words and codes only: search by meaning is not available at the moment.";
        worked_one: "A marché {} fois" | "Worked {} time";
        worked_many: "A marché {} fois" | "Worked {} times";
        cases_one: "{} intervention" | "{} case";
        cases_many: "{} interventions" | "{} cases";
        failed_one: "{} échec signalé" | "{} failure reported";
        failed_many: "{} échecs signalés" | "{} failures reported";
        doubtful: "À vérifier\u{a0}: cette procédure a échoué et un expert la revoit." | "To be checked: this procedure failed, and an expert is looking at it again.";
        symptoms: "Symptômes" | "Symptoms";
        cause: "Cause" | "Cause";
        dangers: "Dangers" | "Dangers";
        before: "Avant de commencer" | "Before you start";
        tools: "Outillage" | "Tools";
        parts: "Pièces" | "Parts";
        steps: "Étapes" | "Steps";
        check: "Vérifier que c'est réparé" | "Check that it works";
        progress: "{} étapes sur {} faites" | "{} of {} steps done";
        start_again: "Tout décocher" | "Untick all";
        print: "Imprimer ou enregistrer en PDF" | "Print or save as PDF";
        qr: "Ouvrir sur un téléphone" | "Open on a phone";
        qr_label: "Code QR qui mène à cette page" | "QR code that leads to this page";
        did_it_work: "Cela a-t-il marché\u{a0}?" | "Did it work?";
        worked: "Oui, réparé" | "Yes, fixed";
        failed: "Non" | "No";
        comment: "Ce qui n'a pas marché, en quelques mots (facultatif)" | "What did not work, in a few words (optional)";
        send_failed: "Signaler que cela n'a pas marché" | "Report that it did not work";
        thanks: "Merci, c'est noté." | "Thank you, noted.";
        approved: "Approuvée par {}, révision {}, le" | "Approved by {}, revision {}, on";
        quantity: "×\u{a0}{}" | "× {}";
        reference: "Réf. {}" | "Ref. {}";
    }
}
