//! The turns by which rules understand a visitor: small letters without accents, words parted by blanks, turns by `|`.

use super::heard::Reply;

pub(super) const HUMAN: &str = "une personne|vraie personne|un humain|humain|un conseiller|une conseillere|un operateur|parler a quelqu un| \
    parler avec quelqu un|quelqu un de chez vous|joindre quelqu un|rappelez moi|me rappeler|appelez moi| \
    etre rappele|etre rappelee|envoyez un technicien|envoyer un technicien|veux un technicien| \
    voudrais un technicien|besoin d un technicien|un technicien peut il|service client|passez moi|a human| \
    human being|real person|a person|an agent|speak to someone|talk to someone|speak with someone| \
    talk with someone|speak to a|talk to a|speak to somebody|talk to somebody|call me|call back| \
    send a technician|want a technician|need a technician|customer service|operator please";

pub(super) const STRAY: &str = "poeme|une blague|recette de|une chanson|une histoire|la meteo|quel temps|traduis|traduisez|la capitale| \
    president de|raconte|racontez|mes devoirs|bitcoin|la bourse|qui es tu|qui etes vous|es tu un robot| \
    etes vous un robot|ignore tes|ignore les consignes|ignore toutes|ignorez vos|ignorez toutes|ignorez les| \
    oublie tes|oublie tout|oubliez vos|oubliez tout|tes instructions|vos instructions|tes consignes| \
    vos consignes|instructions precedentes|consignes precedentes|fais comme si|faites comme si|tu es maintenant| \
    vous etes maintenant|fais semblant|joue le role|mode developpeur|ecris moi un|ecris un|ecrivez moi un| \
    ecrivez un|en python|repete apres moi|a poem|a joke|a recipe|a song|a story|the weather|translate| \
    capital of|president of|my homework|stock price|who are you|are you a robot|are you a bot|are you human| \
    ignore your|ignore all|ignore the|ignore any|ignore previous|forget your|forget all|forget everything| \
    your instructions|previous instructions|system prompt|your prompt|developer mode|pretend|act as|you are now| \
    jailbreak|repeat after me|write me a|write a|in python";

pub(super) const GREETINGS: &str = "bonjour|bonsoir|salut|allo|hello|hi|hey|good morning|good afternoon|good evening";

/// Words that say that something is wrong, and not what.
pub(super) const VAGUE: &str = "probleme|souci|aide|aidez moi|question|problem|issue|trouble|help|question";

pub(super) const PROBLEM: &str = "ne|n|plus|pas|arrete|s arrete|stoppe|bloque|bloquee|fuit|fuite|bruit|panne|alarme|erreur|defaut|demarre| \
    casse|cassee|vibre|affiche|chauffe|disjoncte|dechire|not|no longer|stops|stopped|stuck|leaks|leak|noise| \
    error|alarm|fault|fails|broken|won t|doesn t|isn t|trips|shows|tears|vibrates|overheats";

pub(super) const NO_CODE: &str = "pas de code|aucun code|aucun|aucune|rien|pas d ecran|ecran noir|ecran eteint|je ne sais pas|sais pas| \
    no code|none|nothing|no display|blank|don t know|do not know|not sure";

pub(super) const STOPPED: &str = "production arretee|production est arretee|production a l arret|ligne arretee|ligne est arretee| \
    ligne a l arret|tout est arrete|arret de production|arrete la production|bloque la production| \
    production bloquee|tres urgent|production stopped|production is stopped|production has stopped| \
    production is down|line is down|line stopped|line is stopped|everything is stopped|stopped production| \
    stops production|very urgent";

pub(super) const DEGRADED: &str = "production ralentie|au ralenti|ralentie|mode degrade|degrade|slowed down|production slowed|slower| \
    running slow|partly";

pub(super) const CAN_WAIT: &str =
    "peut attendre|pas urgent|pas presse|rien d urgent|can wait|not urgent|no hurry|no rush|not in a hurry";

/// Turns of the answers, the strongest first.
pub(super) const REPLIES: &[(Reply, &str)] = &[
    (
        Reply::NotWorks,
        "ne marche pas|marche pas|ne marche toujours pas|marche toujours pas|toujours pareil|pas mieux| \
    toujours en panne|ne fonctionne pas|fonctionne pas|pas resolu|non resolu|rien ne change|toujours le meme| \
    ca revient|not working|does not work|doesn t work|did not work|didn t work|did not help|didn t help| \
    not solved|still the same|no change|not better|still broken|same problem",
    ),
    (
        Reply::Stuck,
        "n y arrive pas|y arrive pas|je ne peux pas|je peux pas|impossible|pas possible|je bloque|je suis bloque| \
    je suis bloquee|n ose pas|arretez|arrete toi|stop|i cannot|i can t|unable|not possible|i am stuck|i m stuck| \
    not allowed|trop complique|trop dangereux|too dangerous",
    ),
    (
        Reply::Works,
        "ca marche|elle marche|il marche|ca remarche|ca fonctionne|elle fonctionne|c est regle|resolu| \
    c est bon ca marche|elle redemarre|il redemarre|elle est repartie|c est reparti|it works|works again| \
    is working|it helped|solved|fixed|running again|it runs",
    ),
    (
        Reply::Done,
        "c est fait|fait|etape suivante|suivant|suivante|continuez|continue|ensuite|et apres|done|next|go on| \
    next step",
    ),
    (Reply::No, "non|pas mon cas|pas celle la|autre chose|no|nope|not my case|another one|not that"),
    (
        Reply::Yes,
        "oui|ouais|d accord|ok|okay|volontiers|allons y|allez y|bien sur|yes|yeah|yep|sure|please do|let s go| \
    go ahead",
    ),
    (Reply::Thanks, "merci|au revoir|bonne journee|thanks|thank you|goodbye|bye"),
];
