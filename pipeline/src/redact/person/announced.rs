//! Names behind words that announce them: those who see somebody, posts, greetings, signatures, the lines of a mail.

use super::alone::is_person_here;
use super::name::{Name, Trust, bare_initials, given, initials, unknown};
use super::{also, is_title, take};
use crate::redact::lexicon::{
    AFTER, CAPITAL, CLOSING, FILLER, GIVEN, GREETING, HEADER, INTRO, KNOWN, MACHINE, ROLE, SAYS, SEE, SURE,
};
use crate::redact::sheet::Sheet;
use crate::redact::text::{Shape, Text, is_space, only_space};

/// Names after the words of the lexicon that announce them; where to go on.
pub(super) fn find(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let text = &sheet.text;
    let class = text.tokens.get(i)?.class;
    let gap = text.gap(i);
    let sign = gap.trim_matches(is_space);
    let line = !gap.contains('\n');
    let near = only_space(gap);
    let greets = class & GREETING != 0 && line && matches!(sign, "" | "," | "!") && !gap.is_empty();
    let closes = class & CLOSING != 0
        && gap.chars().count() <= 8
        && gap.chars().all(|c| is_space(c) || ",.:;!-–_/\n\r".contains(c))
        && (gap.contains(['\n', ',', ':']) || near);
    let heads = class & HEADER != 0 && text.heads_line(i) && sign == ":" && line;
    let role = class & ROLE != 0 && line && (near || matches!(sign, "," | ":" | "("));
    let see = class & SEE != 0 && (near || (sign == ":" && line));
    let intro = class & INTRO != 0 && near;
    // "low-tech Gironde": half a word announces nobody.
    let half = i > 0 && matches!(text.before(i), "-" | "_");
    if half || !(greets || closes || heads || role || see || intro) {
        return None;
    }
    let mut at = i + 1;
    while at < i + 3 && text.is(at, FILLER) && !text.is(at, GIVEN) && !text.is_capital(at) && only_space(text.gap(at)) {
        at += 1;
    }
    if sheet.is_taken(at, at + 1) || is_title(text, at) {
        return None;
    }
    let strong = see || heads || closes || (role && (sign == ":" || sign.is_empty()));
    let small = text.shape(at) == Some(Shape::Lower);
    let name = if text.is(at, GIVEN) {
        let sure = text.is(at, SURE) && !text.is(at, KNOWN);
        let plain = !small || sure || (see && text.is(at, CAPITAL) && ends_small(text, at + 1));
        given(text, at).filter(|_| plain && (is_person_here(sheet, at) || !small))
    } else if text.shape(at) == Some(Shape::Initial) {
        initials(text, at, Trust::Beside)
            .or_else(|| bare_initials(text, at).filter(|_| closes || see || matches!(text.word(i), "name" | "nom")))
    } else {
        stranger(
            sheet,
            at,
            if strong {
                Announced::Strongly
            } else if greets {
                Announced::Greeted
            } else {
                Announced::Weakly
            },
        )
        .or_else(|| bare_initials(text, at).filter(|_| closes))
    }?;
    // A company may sign; so may a machine's maker.
    let to = take(sheet, at, name, false)?;
    Some(also(sheet, to, small && see))
}

/// How surely a name is announced that no list knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Announced {
    Strongly,
    Greeted,
    Weakly,
}

fn stranger(sheet: &Sheet<'_>, at: usize, announced: Announced) -> Option<Name> {
    let text = &sheet.text;
    let name = unknown(text, at)?;
    // "Driver Seat Broken": capitals say nothing here, unless a line is signed.
    if text.headline && !text.heads_line(at) && !text.before(at).contains([',', ':']) {
        return None;
    }
    let gap = text.gap(name.to - 1);
    let fits = match announced {
        Announced::Strongly => true,
        Announced::Greeted => name.parts > 1 || gap.starts_with([',', '!', '\n', '.']) || name.to == text.len(),
        // "technicien Airnova (Kevork)" is one word, between braces.
        Announced::Weakly => {
            let closed = gap.starts_with([',', '.', '(', ')', ';', '\n'])
                || text.is(name.to, AFTER | SAYS)
                || name.to == text.len();
            (name.parts > 1 && closed) || (text.before(at).ends_with('(') && gap.starts_with(')'))
        }
    };
    fits.then_some(name)
}

/// Whether what stands at word `i` closes a name in small letters: "spoke to bill and …", "ask for grace on nights".
fn ends_small(text: &Text<'_>, i: usize) -> bool {
    i >= text.len() || text.gap(i - 1).contains([',', '.', '\n', ')', ';']) || text.is(i, AFTER) && !text.is(i, MACHINE)
}
