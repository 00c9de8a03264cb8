use savoir_models::evidence::Source;

use super::*;

fn found(raw: &str) -> Vec<&str> {
    let mut sheet = Sheet::new(Source::Report, raw);
    find_forms(&mut sheet);
    find(&mut sheet);
    sheet.found.sort_by_key(|f| f.bytes);
    sheet.found.iter().map(|f| &raw[f.bytes.0..f.bytes.1]).collect()
}

#[test]
fn passwords_are_found_as_they_are_told() {
    for (raw, secrets) in [
        ("Mot de passe automate perdu, réinit. usine. Nouveau mdp : Soleil2024! noté", &["Soleil2024!"][..]),
        ("identifiant jdurand, mot de passe Four#1987. Vue", &["jdurand", "Four#1987"]),
        ("le mot de passe c'est Pliandre110, je l'ai laissé", &["Pliandre110"]),
        ("mdp: soleil", &["soleil"]),
        ("le mot de passe est « trois petits chats » sur l'écran", &["trois petits chats"]),
        ("Wi-Fi password is brewery-Guest77, the PLC", &["brewery-Guest77"]),
        ("HMI login: user hashdown, password T!mber_2019. Customer", &["hashdown", "T!mber_2019"]),
        ("Old panel password 0000 still works, new one is R3dCrane. Crane HP80-1342", &["0000", "R3dCrane"]),
        ("username t.hallworth, pwd Comp!ress55. Gateway 172.16.4.9", &["t.hallworth", "Comp!ress55"]),
        ("clé wifi : maison2020 au dos", &["maison2020"]),
        ("Wi-Fi atelier : réseau ABERS-PROD, clé k7Rt-99xw-Lune. Connecté", &["k7Rt-99xw-Lune"]),
        ("VPN : utilisateur mroussel, passe : Val-Brun_2026. Poste", &["mroussel", "Val-Brun_2026"]),
        ("VPN : jdoe / Zx9!kk21 depuis le bureau", &["jdoe", "Zx9!kk21"]),
        ("Clé WPA2 : 8F3A-22C9-0B17", &["8F3A-22C9-0B17"]),
        ("mdp : admin/Tech2024", &["Tech2024"]),
        ("Login for the HMI: operator / Press80!", &["Press80!"]),
        ("admin password changed to Zw8-kkP2 on the gateway", &["Zw8-kkP2"]),
    ] {
        assert_eq!(found(raw), secrets, "{raw}");
    }
}

#[test]
fn codes_of_doors_are_found_and_those_of_errors_are_not() {
    for (raw, secrets) in [
        ("portail fermé. Code portail 4521B. Machine au fond du Hall 12", &["4521B"][..]),
        ("Code d'accès 2580 pour le quai. Code défaut 2580 sur l'afficheur", &["2580"]),
        ("Sonner à l'interphone B, code A7819.", &["A7819"]),
        ("Boîte à clés 1973. Chaudière en cave", &["1973"]),
        ("digicode 45B12, alarme 7731, coffre à clés 0904. Couper l'alarme", &["45B12", "7731", "0904"]),
        ("PIN de la carte SIM du modem : 4471, PUK 20886613. Le fil va sur pin 3 du connecteur", &["4471", "20886613"]),
        ("gate code is 4477# then drive in", &["4477#"]),
        ("le code du portail c'est quatre cinq deux un", &["quatre cinq deux un"]),
        ("Door code C1479Y, alarm code 8834#. Panel", &["C1479Y", "8834#"]),
        ("Accès : portail 7841A puis porte B, code 1590. Le", &["7841A", "1590"]),
        ("Code entrée immeuble 19B75, interphone", &["19B75"]),
        ("Key safe by the door 5512, alarm off 9087#.", &["5512", "9087#"]),
        ("Digicode : A 4512", &["A 4512"]),
        ("Code PIN 0000 par défaut, changé en 7392", &["0000", "7392"]),
        ("Old code 1234 still opens the yard gate.", &["1234"]),
        ("porte ouverte, défaut code 4125", &[]),
        ("portail 2500 mm, porte 4 vantaux, code 31 sur la porte", &[]),
        ("alarme 42 au démarrage, code alarme 4521", &[]),
    ] {
        assert_eq!(found(raw), secrets, "{raw}");
    }
}

#[test]
fn keys_are_found_by_their_form_and_in_addresses() {
    for (raw, secrets) in [
        ("clé API sk-live_9fA2c7Qe81LmZ0pT à remplacer", &["sk-live_9fA2c7Qe81LmZ0pT"][..]),
        ("API token ghx_4Tq9Zs81mVb2Lr expired on the gateway", &["ghx_4Tq9Zs81mVb2Lr"]),
        ("https://portail.example/doc?id=1098&token=a8f3Kq0ZtX77pW (ne pas", &["a8f3Kq0ZtX77pW"]),
        ("case/20733?token=eyJ0eXAiOiJKV1Qi.9f3a71 so", &["eyJ0eXAiOiJKV1Qi.9f3a71"]),
        ("https://marc:s3cret@gw.example/x", &["marc:s3cret"]),
        (
            "a\n-----BEGIN PRIVATE KEY-----\nMIIx\n-----END PRIVATE KEY-----\nb",
            &["-----BEGIN PRIVATE KEY-----\nMIIx\n-----END PRIVATE KEY-----"],
        ),
    ] {
        assert_eq!(found(raw), secrets, "{raw}");
    }
}

#[test]
fn what_is_said_about_a_secret_is_none() {
    for raw in [
        "mot de passe perdu",
        "mot de passe : à demander au client",
        "le mot de passe est erroné",
        "the password is wrong, password required",
        "pin 3 du connecteur X14, pas pin 7",
        "clé de 13, clé dynamométrique 34 N·m",
        "cadenas n° 12, code barre 3760123450017",
        "the key is on the panel, the combination of heat and oil",
        "user manual 2024, login impossible",
        "token ring, passe-câble 22 mm",
        "digicode en panne depuis 3 jours",
        "pompe Martin type MP-204, mdp-204",
        "clé de 13 sur le réseau d'air, clé 17/19",
        "wifi : OK / HS, accès : nacelle / échelle 3m50",
        "le compte client passe : 3 bar",
    ] {
        assert_eq!(found(raw), Vec::<&str>::new(), "{raw}");
    }
}
