//! Coming in, and setting a password.

use super::words;

words! {
    /// The pages by which one comes in.
    Entry {
        title: "Se connecter" | "Log in";
        name: "Nom" | "Name";
        password: "Mot de passe" | "Password";
        submit: "Se connecter" | "Log in";
        by_provider: "Se connecter avec votre organisation" | "Log in with your organisation";
        or: "ou" | "or";
        forgotten: "Mot de passe oublié\u{a0}? Un administrateur vous donnera un lien pour en choisir un autre." | "Forgotten your password? An administrator will give you a link to choose another.";
        password_set: "Votre mot de passe est enregistré. Connectez-vous." | "Your password is set. Log in.";
        link_title: "Choisir un mot de passe" | "Choose a password";
        link_intro: "Ce lien ne sert qu'une fois. Choisissez un mot de passe de 8 caractères ou plus\u{a0}; une phrase facile à retenir vaut mieux qu'un mot compliqué." | "This link works once. Choose a password of 8 characters or more; a sentence you remember beats a complicated word.";
        link_code: "Code du lien" | "Code of the link";
        link_code_hint: "Ce qui suit le signe # dans l'adresse du lien." | "What stands behind the # in the address of the link.";
        link_name: "Votre nom" | "Your name";
        link_name_hint: "Seulement pour le premier administrateur\u{a0}; les décisions seront signées de ce nom." | "For the first administrator only; decisions will be signed with it.";
        new_password: "Nouveau mot de passe" | "New password";
        link_submit: "Enregistrer le mot de passe" | "Set the password";
    }
}
