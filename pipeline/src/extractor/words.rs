//! Small closed classes of words that the rules ask about. What grows with experience is in the lexicon files instead.

use crate::codes::words::set;

set!(
    /// Words that tie a clause to the one before it and say nothing by themselves.
    CONNECTORS =
    "et puis ensuite alors donc aussi enfin mais car egalement finalement apres cela d' abord and then so but \
     also next first finally afterwards tout deja"
);
set!(
    /// Words between "I have" and what was done.
    ADVERBS =
    "aussi ensuite egalement donc alors bien enfin d' abord de puis juste simplement tout finalement also then \
     first finally just carefully soigneusement completement entierement only have had again"
);
set!(
    /// Words that begin a circumstance, not an object.
    PREPOSITIONS =
    "a au aux en dans sur avec pour par sans apres avant depuis si quand de du d' des vers sous entre pres \
     contre at in on with for by without after before since if when from to of near under between against into \
     because until while pendant during lors malgre"
);
set!(
    /// Words that no object can begin with.
    NO_NOUN =
    "lequel laquelle lesquels lesquelles celui-ci celle-ci ceux-ci dont il elle ils elles ca c' ce cela qui que non pas plus ne n' ni rien it he she they this that which who not \
     no there nothing y tres bien mal deja already never jamais nobody personne est is was je j' on nous vous \
     i we you et and"
);
set!(
    /// Verbs that say how something is.
    COPULAS =
    "est sont etait etaient ete reste restait restaient restent semble semblait parait is are was were be been \
     being looks seems got became trouve"
);
set!(
    /// Verbs in a tense.
    FINITE =
    "fonctionne fonctionnent marche marchent tourne tournent chauffe coule demarre affiche est sont etait etaient a ont avait avaient ai reste restent fait font va vont peut peuvent tient donne \
     lit voit met sort perd prend revient vient dit doit suffit ne n' is are was were has had have does do did \
     can could will would runs ran keeps goes went gets got comes came works shows says said stays needs need \
     looks holds closes opens moves"
);
set!(
    /// Words at which the name of a part ends.
    ENDS =
    "ref reference avec par sur dans en pour avant apres car qui sans a au aux neuf neuve neufs neuves complet \
     complete with by on in for before after from because that which and et at as to du complets hs"
);
set!(
    /// Words that carry no meaning when two statements are compared.
    STOP =
    "de la le du un au en et ou of to in on at an by les des une est sont etait pas plus que qui dans sur avec pour par aux ete son ses the and was were with \
     for not has had its from that this"
);
set!(
    /// Nouns that are spelt like a form of a verb, with and without accents.
    NOUNS =
    "cable cables sortie sorties mise mises remise remises prise prises reprise huile huiles graisse brosse charge charges \
     marque marques lecture programme règle regle levée levee montée montee bride brides cale cales coupe tire \
     lime tendue tourne fixe fixes isole soude colle coupes note valide borne montées descente descentes \
     protection adapte lance meule meules grille grilles remontée remontées relève portée portées vidange visse bague bagues \
     plaque plaques pompe pompes rampe rampes bande bandes chaîne toile presse presses raccorde jauge tampon sangle sangles"
);
set!(
    /// Words whose full stop never ends the sentence while the line goes on.
    ALWAYS =
    "disj sect diam norm elec electr hyd hydr pneu chgmt contrl mes aspi refoul cond evap redem rempl rplct remp repl rplc nett graiss verif chgt contr vidang ref env n no nr mr mrs dr cf approx fig vs eg ie"
);
set!(
    /// Words whose full stop ends the sentence only before a capital.
    ABBREVIATIONS =
    "asp ch avt ext int sup inf prim bat princ qte pce pces temporis mvt sta ult approx incl excl resp ref env n no nr m mr mrs dr ex resist chauff temp elec rempl nett verif redem cf max min approx fig \
     sous-refroid temper press alim mot tel inter st vs cde mach pos repl rep tech eg ie remp"
);
set!(
    /// Function words that tell French.
    FRENCH_WORDS =
    "le la les des du de un une et est en sur dans au aux pas ne plus ai avec pour par ce qui que il elle je \
     nous apres puis mais sont etait a ras"
);
set!(
    /// Function words that tell English.
    ENGLISH_WORDS =
    "the and was were is are of to in with for not it that this on at by from has have had after then but i we \
     no new off out be an its again"
);
set!(
    /// What is put up to be read.
    NOTICES =
    "autocollant autocollants affiche affiches affichette affichettes pancarte panneau mot avis notice sticker stickers sign poster"
);
set!(
    /// Units of what one reads off an instrument.
    UNITS =
    "ohm ohms mohm mohms kohm megohm megohms v vac vdc volt volts mv a ma amp amps ampere amperes bar bars b mbar mpa kpa psi \
     °c ° °f degres degrees k mm cm micron microns µm um db hz khz µf uf nf l/min m3/h ppm n·m n.m nm rpm tr/min % kw"
);
set!(
    /// Nouns and presents that, typed without an accent, are spelt like a participle that tells damage.
    UNACCENTED =
    "marques coupe coupes grille grilles use casse perce bouche bouches brule raye"
);
