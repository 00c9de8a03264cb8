//! Everything that the chat says of itself, in both languages. It has no other words: whatever else it shows was approved.

use savoir_models::text::Language;

/// Declares a table: key, French, English.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($(#[$line:meta])* $row:ident = $key:literal, $french:literal, $english:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$line])* $row),+ }

        impl $name {
            /// Every row, in order.
            pub const ALL: &'static [Self] = &[$(Self::$row),+];

            /// Its key: stable, and meant for programs.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$row => $key),+ }
            }

            /// Its words.
            #[must_use]
            pub const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$row, Language::French) => $french, (Self::$row, Language::English) => $english),+
                }
            }

            /// The row of this key.
            #[must_use]
            pub fn of(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|row| row.key() == key)
            }
        }
    };
}

table!(
    /// A sentence of the house.
    Sentence {
        /// What it is, and what it can do.
        Greeting = "greeting",
            "Bonjour. Je suis un programme, pas une personne : je ne montre que des procédures vérifiées et approuvées par des experts. Vous pouvez demander une personne à tout moment.",
            "Hello. I am a program, not a person: I only show procedures that experts have checked and approved. You can ask for a person at any time.";
        /// Which machine?
        AskMachine = "ask_machine",
            "De quelle machine s'agit-il ? Son type et son modèle, comme sur sa plaque, suffisent.",
            "Which machine is it? Its type and model, as on its name plate, are enough.";
        /// What does it do?
        AskSymptom = "ask_symptom",
            "Que fait-elle, ou que ne fait-elle plus ?",
            "What does it do, or no longer do?";
        /// Which code?
        AskCode = "ask_code",
            "Son écran affiche-t-il un code ou un message d'erreur ? Lequel ?",
            "Does its display show a code or an error message? Which one?";
        /// How much does it matter?
        AskUrgency = "ask_urgency",
            "La production est-elle arrêtée, ralentie, ou cela peut-il attendre ?",
            "Is production stopped, slowed down, or can it wait?";
        /// Before the first title.
        Offer = "offer",
            "Voici une procédure approuvée qui peut convenir :",
            "Here is an approved procedure that may fit:";
        /// Before a further title.
        OfferOther = "offer_other",
            "En voici une autre, approuvée elle aussi :",
            "Here is another one, approved as well:";
        /// It is in the other language.
        OtherLanguage = "other_language",
            "Elle n'existe pas en français : je la montre telle qu'elle a été approuvée.",
            "It does not exist in English: I show it as it was approved.";
        /// Shall it be shown?
        AskTry = "ask_try",
            "Voulez-vous la suivre, étape par étape ?",
            "Would you like to follow it, step by step?";
        /// Before what must be so.
        Before = "before",
            "Avant de commencer :",
            "Before you begin:";
        /// Before tools and parts.
        Needed = "needed",
            "Il vous faut :",
            "You need:";
        /// Before what can hurt.
        Mind = "mind",
            "Attention, danger :",
            "Mind the danger:";
        /// Before what shows that it worked.
        Check = "check",
            "Pour vérifier :",
            "To check:";
        /// Did it help?
        AskHelped = "ask_helped",
            "Le problème est-il résolu ?",
            "Is the problem solved?";
        /// It did.
        Glad = "glad",
            "Très bien. Si autre chose ne va pas, écrivez-le ici.",
            "Good. If something else is wrong, write it here.";
        /// Somebody may be in danger.
        Safety = "safety",
            "Arrêtez la machine si vous pouvez le faire sans danger, éloignez-vous et éloignez les autres. Si quelqu'un est en danger, appelez les secours : 112.",
            "Stop the machine if you can do so without danger, move away and keep others away. If anybody is in danger, call the emergency services: 112.";
        /// Handed over: wanted.
        HandAsked = "hand_asked",
            "Je transmets votre demande à une personne, avec tout ce qui a été dit ici.",
            "I pass your request on to a person, with everything that was said here.";
        /// Handed over: danger.
        HandDanger = "hand_danger",
            "Je transmets votre demande à une personne, comme urgente.",
            "I pass your request on to a person, as urgent.";
        /// Handed over: nothing fits.
        HandNothing = "hand_nothing",
            "Je n'ai pas de procédure approuvée pour cela : je transmets votre demande à une personne, avec tout ce qui a été dit ici.",
            "I have no approved procedure for this: I pass your request on to a person, with everything that was said here.";
        /// Handed over: tried in vain.
        HandNotHelped = "hand_not_helped",
            "Je n'ai rien d'autre d'approuvé pour cela : je transmets votre demande à une personne, avec ce qui a été dit et essayé.",
            "I have nothing else approved for this: I pass your request on to a person, with what was said and tried.";
        /// Handed over: something else was wanted.
        HandScope = "hand_scope",
            "Je ne peux pas vous aider pour cela : je transmets votre demande à une personne.",
            "I cannot help you with this: I pass your request on to a person.";
        /// Handed over: not understood.
        HandUnclear = "hand_unclear",
            "Je ne vous comprends pas assez bien : je transmets votre demande à une personne, avec tout ce qui a été dit ici.",
            "I do not understand you well enough: I pass your request on to a person, with everything that was said here.";
        /// Handed over: too long.
        HandLimit = "hand_limit",
            "Cette conversation devient longue : je transmets votre demande à une personne, avec tout ce qui a été dit ici.",
            "This conversation is getting long: I pass your request on to a person, with everything that was said here.";
        /// Before the reference.
        ReferenceIs = "reference_is",
            "Votre numéro de demande, à donner au téléphone :",
            "Your request number, to give on the telephone:";
        /// How to be called back.
        Contact = "contact",
            "Pour qu'on vous rappelle, écrivez ici votre nom et votre numéro : ils seront joints à la demande.",
            "To be called back, write your name and number here: they go with the request.";
        /// Added to the request.
        Noted = "noted",
            "C'est joint à votre demande :",
            "This goes with your request:";
        /// What it is, for those who want something else.
        Scope = "scope",
            "Je suis un programme, et je n'aide que pour des machines en panne : je pose quelques questions, puis je montre une procédure approuvée ou je transmets à une personne.",
            "I am a program, and I only help with machines that have a fault: I ask a few questions, then I show an approved procedure or pass you on to a person.";
        /// It was not understood.
        Unclear = "unclear",
            "Je n'ai pas compris. Choisissez une des réponses proposées, ou demandez une personne.",
            "I did not understand. Choose one of the answers given, or ask for a person.";
        /// It cannot explain.
        OnlyApproved = "only_approved",
            "Je ne peux montrer que ce qui est approuvé, sans rien y ajouter. Choisissez une des réponses proposées, ou demandez une personne.",
            "I can only show what is approved, and add nothing to it. Choose one of the answers given, or ask for a person.";
        /// The procedure was changed meanwhile.
        Changed = "changed",
            "Un expert vient de modifier cette procédure : je la reprends depuis le début.",
            "An expert has just changed this procedure: I begin it again.";
        /// The procedure was taken away meanwhile.
        Withdrawn = "withdrawn",
            "Cette procédure vient d'être retirée : ne la suivez plus.",
            "This procedure has just been withdrawn: do not follow it any further.";
    }
);

table!(
    /// What a visitor may answer; to say it in these words is to choose it.
    Choice {
        /// Show it.
        Try = "try", "Oui, étape par étape", "Yes, step by step";
        /// Another one.
        Decline = "decline", "Ce n'est pas mon cas", "That is not my case";
        /// The step is done.
        Done = "done", "C'est fait", "Done";
        /// The step cannot be done.
        Stuck = "stuck", "Je n'y arrive pas", "I cannot do this";
        /// It works again.
        Works = "works", "Oui, ça marche", "Yes, it works";
        /// It does not.
        NotWorks = "not_works", "Non, ça ne marche pas", "No, it does not work";
        /// A person.
        Human = "human", "Je veux une personne", "I want a person";
        /// There is no code.
        NoCode = "no_code", "Pas de code", "No code";
        /// Production stands still.
        Stopped = "stopped", "Production arrêtée", "Production stopped";
        /// It goes on badly.
        Degraded = "degraded", "Production ralentie", "Production slowed down";
        /// It can wait.
        CanWait = "can_wait", "Cela peut attendre", "It can wait";
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_own_key_and_its_own_words_in_each_language() {
        let mut keys = std::collections::BTreeSet::new();
        let mut words = std::collections::BTreeSet::new();
        let sentences =
            Sentence::ALL.iter().map(|s| (s.key(), [Language::French, Language::English].map(|l| s.text(l))));
        let choices = Choice::ALL.iter().map(|c| (c.key(), [Language::French, Language::English].map(|l| c.text(l))));
        for (key, texts) in sentences.chain(choices) {
            assert!(keys.insert(key), "{key}");
            for text in texts {
                assert!(words.insert(text) && text.chars().next().unwrap().is_uppercase(), "{text}");
            }
        }
        assert_eq!(Sentence::of("safety"), Some(Sentence::Safety));
        assert_eq!(Choice::of("nothing"), None);
    }
}
