//! The desk of those who keep the line running and lead the service.

use super::words;

words! {
    /// The desk.
    Desk {
        title: "Pilotage" | "Desk";
        line: "La ligne" | "The line";
        interventions: "Interventions" | "Cases";
        waiting: "En attente" | "Waiting";
        dead: "Étapes abandonnées" | "Steps given up";
        reviews: "Relectures à faire" | "Reviews to do";
        procedures: "Procédures validées" | "Validated procedures";
        doubtful: "Procédures à vérifier" | "Procedures to check";
        indexed: "Passages indexés" | "Passages indexed";
        index_unknown: "L'index ne répond pas" | "The index does not answer";
        index_told: "{} sur {}" | "{} of {}";
        gave_up: "Ce qui a été abandonné, et pourquoi" | "What was given up, and why";
        transcribe: "Transcrire" | "Transcribe";
        redact: "Masquer les données personnelles" | "Mask personal data";
        extract: "Rédiger le brouillon" | "Write the draft";
        index: "Indexer le brouillon" | "Index the draft";
        compare: "Comparer" | "Compare";
        review: "Ouvrir la relecture" | "Open the review";
        publish: "Publier la procédure" | "Publish the procedure";
        nothing_gave_up: "Rien n'a été abandonné." | "Nothing was given up.";
        retry: "Relancer" | "Retry";
        weeks: "Semaine par semaine" | "Week by week";
        week_of: "Semaine du" | "Week of";
        received: "Reçues" | "Received";
        drafted: "Brouillons" | "Drafts";
        approved: "Approuvées" | "Approved";
        refused: "Refusées" | "Refused";
        worked: "A marché" | "Worked";
        failed: "N'a pas marché" | "Did not work";
        chart: "Brouillons et approbations par semaine" | "Drafts and approvals a week";
        chart_use: "Procédures qui ont marché ou non, par semaine" | "Procedures that worked or did not, a week";
        table: "Les chiffres" | "The figures";
        csv: "Télécharger en CSV" | "Download as CSV";
        recurring: "Pannes qui reviennent" | "Faults that recur";
        cases: "Interventions" | "Cases";
        no_recurring: "Aucune panne n'est revenue." | "No fault has recurred.";
        stale: "Procédures à revoir" | "Procedures to look at again";
        stale_hint: "Plus validées, ou sans révision depuis un an." | "No longer validated, or not revised for a year.";
        no_stale: "Aucune." | "None.";
        costs: "Modèles de langage, ce mois-ci" | "Language models, this month";
        calls: "{} appels, {} jetons, {} {}" | "{} calls, {} tokens, {} {}";
        models: "Modèles" | "Models";
        speech: "Parole" | "Speech";
        extraction: "Rédaction" | "Drafting";
        embedding: "Sens" | "Meaning";
        by_rules: "par règles, sans modèle de langage" | "by rules, without a language model";
    }
}
