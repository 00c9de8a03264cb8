//! What decides a case: what is blamed and what is mended. How one got there (isolating, opening, measuring, refitting,
//! trying out) is told differently by everybody and decides nothing.

use savoir_models::content::{Content, Statement};
use savoir_models::text::Language;

use super::things::{Place, Thing, things};
use crate::extractor::deeds::deeds;
use crate::index::analysis::exact_key;

/// Verbs that mend by the lexicon but only prepare or restore: emptying before one opens, putting back, switching on.
const RESTORES: &[&str] = &[
    "vidanger",
    "vider",
    "évacuer",
    "rincer",
    "remonter",
    "reposer",
    "replacer",
    "remettre",
    "rebrancher",
    "reconnecter",
    "raccorder",
    "rétablir",
    "réarmer",
    "réenclencher",
    "refixer",
    "réinstaller",
    "drain",
    "empty",
    "recover",
    "rinse",
    "refit",
    "reassemble",
    "reconnect",
    "remount",
    "reinstall",
    "restore",
    "reset",
    "plug in",
    "supply",
];

/// What is done to a thing, as far as it matters: to clean a thing is another fix than to replace it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::compare) enum Deed {
    Replace,
    Clean,
    Set,
    /// Not told, or a verb whose effect may be any of the others.
    Any,
}

impl Deed {
    pub(in crate::compare) fn of(verb: &str) -> Self {
        match verb {
            "remplacer" | "changer" | "échanger" | "poser" | "monter" | "installer" | "replace" | "change"
            | "change out" | "swap" | "exchange" | "fit" | "install" | "mount" => Self::Replace,
            "nettoyer" | "dépoussiérer" | "détartrer" | "dégraisser" | "décrasser" | "décalaminer" | "désembouer"
            | "déboucher" | "laver" | "souffler" | "brosser" | "clean" | "wash" | "flush" | "descale" | "degrease"
            | "unblock" | "unclog" => Self::Clean,
            "régler" | "réajuster" | "ajuster" | "recaler" | "étalonner" | "calibrer" | "paramétrer"
            | "reparamétrer" | "programmer" | "configurer" | "aligner" | "réaligner" | "adjust" | "readjust"
            | "set" | "calibrate" | "align" | "realign" | "program" | "configure" => Self::Set,
            _ => Self::Any,
        }
    }

    pub(in crate::compare) fn may_be(self, other: Self) -> bool {
        self == other || self == Self::Any || other == Self::Any
    }
}

/// A thing that is mended.
#[derive(Debug, Clone)]
pub(in crate::compare) struct Mended {
    pub(in crate::compare) deed: Deed,
    pub(in crate::compare) thing: Thing,
    /// The step that says so.
    pub(in crate::compare) step: usize,
    /// The step's words hold this reference, among others.
    text: String,
}

/// What decides one content.
#[derive(Debug)]
pub(in crate::compare) struct Decisive {
    pub(in crate::compare) mended: Vec<Mended>,
    pub(in crate::compare) blamed: Vec<Thing>,
    /// Parts with their keys; the key is empty where no reference is told.
    parts: Vec<(Thing, String)>,
}

impl Decisive {
    pub(in crate::compare) fn of(content: &Content) -> Self {
        let language = content.language;
        let parts = content.parts.iter().filter_map(|p| {
            let thing = things(&p.statement.text, language, Place::Part).into_iter().next()?;
            Some((thing, p.reference.as_deref().map(exact_key).unwrap_or_default()))
        });
        let cause = content.cause.as_ref().map(|c| things(&c.text, language, Place::Cause)).unwrap_or_default();
        Self {
            mended: content.steps.iter().enumerate().flat_map(|(at, s)| mended(at, s, language)).collect(),
            blamed: cause.into_iter().filter(|t| !t.quantity).collect(),
            parts: parts.collect(),
        }
    }

    /// Whether this content mends, replaces or blames the thing: what it blames it does not need to be told to mend.
    fn deals_with(&self, deed: Deed, thing: &Thing) -> bool {
        self.mended.iter().any(|m| m.deed.may_be(deed) && m.thing.may_be(thing))
            || self.parts.iter().any(|(part, _)| Deed::Replace.may_be(deed) && part.may_be(thing))
            || (self.blames(thing) && !self.mended.iter().any(|m| m.thing.may_be(thing)))
    }

    fn has_reference(&self, text: &str) -> bool {
        let key = exact_key(text);
        self.parts.iter().any(|(_, reference)| reference.len() >= 4 && key.contains(reference.as_str()))
    }

    pub(in crate::compare) fn blames(&self, thing: &Thing) -> bool {
        self.blamed.iter().any(|b| b.may_be(thing))
    }

    /// Whether it is mended or replaced here, sundries aside.
    pub(in crate::compare) fn mends(&self, thing: &Thing) -> bool {
        let parts = self.parts.iter().map(|(part, _)| part);
        !thing.sundry && self.mended.iter().map(|m| &m.thing).chain(parts).any(|t| t.may_be(thing))
    }

    /// Steps of ours that mend what `known` does not.
    pub(in crate::compare) fn new_steps(&self, known: &Self) -> Vec<usize> {
        let told = |m: &Mended| known.deals_with(m.deed, &m.thing) || (m.deed == Deed::Replace && known.same_part(m));
        let passing = |m: &Mended| m.thing.sundry && !self.blames(&m.thing);
        let mut out: Vec<usize> = self.mended.iter().filter(|m| !told(m) && !passing(m)).map(|m| m.step).collect();
        out.dedup();
        out
    }

    fn same_part(&self, mended: &Mended) -> bool {
        self.has_reference(&mended.text)
    }

    /// Places of our parts that `known` neither lists nor replaces: another reference under the same name is another
    /// part; a name that is known without a reference is the same part told more exactly.
    pub(in crate::compare) fn new_parts(&self, known: &Self) -> Vec<usize> {
        let new = |(thing, key): &(Thing, String)| {
            if key.is_empty() || known.parts.iter().any(|(_, k)| k == key) {
                return false;
            }
            if known.parts.iter().any(|(t, k)| !k.is_empty() && t.may_be(thing)) {
                return true;
            }
            !known.deals_with(Deed::Replace, thing) && !(thing.sundry && !self.blames(thing))
        };
        self.parts.iter().enumerate().filter(|(_, part)| new(part)).map(|(at, _)| at).collect()
    }

    /// Whether both list one part, by its reference. Sundries decide nothing.
    pub(in crate::compare) fn shares_part(&self, known: &Self) -> bool {
        self.parts.iter().any(|(t, k)| !t.sundry && !k.is_empty() && known.parts.iter().any(|(_, o)| o == k))
    }

    /// Whether both mend one thing: the same part by its reference, or by its name. Sundries decide nothing.
    pub(in crate::compare) fn shares_fix(&self, known: &Self) -> bool {
        let mut mine = self.mended.iter().map(|m| &m.thing).chain(self.parts.iter().map(|(t, _)| t));
        self.shares_part(known) || mine.any(|thing| known.mends(thing))
    }

    /// Whether the causes name one thing, or one blames what the other mends.
    pub(in crate::compare) fn shares_cause(&self, known: &Self) -> bool {
        // By name alone: around it a cause tells how it was found ("coupée à l'ohmmètre"). The fix tells things apart.
        let named = |t: &Thing| known.blamed.iter().any(|b| b.head == t.head);
        self.blamed.iter().any(|t| named(t) || known.mends(t)) || known.blamed.iter().any(|t| self.mends(t))
    }

    /// Whether the known's cause, where it mends what it blames, is mended here too: half of a fix is another fix.
    pub(in crate::compare) fn mends_the_cause_of(&self, known: &Self) -> bool {
        let mut decisive = known.blamed.iter().filter(|t| known.mends(t)).peekable();
        decisive.peek().is_none() || decisive.any(|t| self.mends(t))
    }
}

/// The steps that mend, in order.
pub(in crate::compare) fn decisive_steps(content: &Content) -> Vec<Statement> {
    let mut places: Vec<usize> = Decisive::of(content).mended.iter().map(|m| m.step).collect();
    places.dedup();
    places.into_iter().filter_map(|at| content.steps.get(at).cloned()).collect()
}

fn mended(at: usize, step: &Statement, language: Language) -> Vec<Mended> {
    let acts = deeds(&step.text, language);
    let acts = acts.into_iter().filter(|d| d.mends() && !RESTORES.contains(&d.verb));
    acts.flat_map(|act| {
        let of = move |thing| Mended { deed: Deed::of(act.verb), thing, step: at, text: act.object.to_owned() };
        things(act.object, language, Place::Object).into_iter().map(of)
    })
    .collect()
}
