//! Markup, links, invisible characters; and the structures that a case has no reason to hold.

use std::sync::LazyLock;

use regex::Regex;

use super::super::lexemes::{lexemes, unseen};
use super::{Doubt, phrases, shown};
use crate::extractor::trade;

/// Of a comment or a hidden element, at most this many bytes are read.
const COMMENT: usize = 2000;

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| unreachable!("the patterns are constants, and a test builds each: {error}"))
}

/// A tag, an entity for one, a script; a link, with or without a name; a fence of code.
static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix) < /? [a-z] [^<>\n]* > | <!-- | & (lt|gt|\#0*60|\#x0*3c) ; | javascript: | data:text/ |
        (?-u:\b) (https?|ftp|file) :/ [^\s<>\x22]* | (?-u:\b) www\. [a-z0-9] [^\s<>\x22]* | \[ [^\[\]\n]+ \] \( [^()\n]+ \) | ``` | \{\{ | \$\{ |
        (?-u:\b) [a-z0-9-]+ (\. [a-z0-9-]+)* \. (com|net|org|fr|info|biz|example|ru|cn|xyz) (?-u:\b) /?",
    )
});

/// Frames of a conversation with a model, and ends of blocks of data.
static FRAMES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?imx) <\| [^|<>\n]+ \|> | \[ /? (inst|sys|system|assistant|user) \] | << /? sys >> |
        ^ \s* \#{0,6} \s* (system|assistant|user|développeur|developer|système|systeme|ai|ia|human|instruction|instructions|prompt)
            \s* (\([^()\n]*\))? : |
        </? \s* (system|assistant|user|instructions?|prompt|data|data-?block|case|document|source|context|untrusted|report|
            input|output|tool|function|dossier|rapport|donnees|données|consignes?) (?-u:\b) [^<>\n]* > |
        ^ \s* [=\-\#*~]{3,} \s* (end|fin|begin|début|start|stop) (?-u:\b) [^\n]* |
        (?-u:\b) (end|fin) \s (of|de|des|du) \s (the\s|la\s|l')? (data|données|input|document|case|dossier) (?-u:\b) |
        \]\]> | ["”]? \s* \} \s* \] \s* \} | "\s* \} \s* \] \s* , \s* " "#,
    )
});

/// The shape of a model's answer.
static ANSWER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)["'“](steps|quotes|told|prerequisites|hazards|verification|symptoms|actions|report|quote|étapes)["'”]\s*:\s*[\[{"']"#,
    )
});

/// What HTML does not show: hidden elements and attributes; comments are looked for by hand.
static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?isx) (?-u:\b) (title|alt|aria-label|data-[a-z-]+|content|placeholder|value) \s* = \s*
            ("(?P<double>[^"<>]*)"|'(?P<single>[^'<>]*)') |
        < [a-z0-9]+ [^<>]* (display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0|(?-u:\b)hidden(?-u:\b)|
            color\s*:\s*(\#fff(fff)?|white|transparent)) [^<>]* > (?P<inside>[^<]*)"#,
    )
});
static RUNS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)<\s*(script|iframe|object|embed|svg|form|meta)(?-u:\b)[^<>\n]*>?|(?-u:\b)on[a-z]{4,12}\s*=\s*['\x22]|javascript:",
    )
});

/// What of a statement is markup, a link or not seen.
pub(in super::super) struct Unclean {
    /// Its bytes.
    pub(in super::super) span: (usize, usize),
    /// What a person can read of it.
    pub(in super::super) shown: String,
    /// What it is, in English and French.
    pub(in super::super) what: (&'static str, &'static str),
}

/// The first thing in a statement that is markup, a link or not seen.
pub(in super::super) fn unclean(text: &str) -> Option<Unclean> {
    if let Some(found) = MARKUP.find(text) {
        let what = found.as_str();
        let link = what.contains("://")
            || what.contains("www")
            || what.starts_with('[')
            || !what.contains(['<', '&', '`', '{']);
        let what = if link { ("a link", "un lien") } else { ("markup", "du balisage") };
        let shown = shown(text, found.start(), found.end());
        return Some(Unclean { span: (found.start(), found.end()), shown, what });
    }
    let strange =
        |c: &char| (c.is_control() && !matches!(c, '\n' | '\t')) || (unseen(*c) && !matches!(c, '\u{ad}' | '\u{fe0f}'));
    let (at, c) = text.char_indices().find(|(_, c)| strange(c))?;
    let what = ("a character that is not seen", "un caractère invisible");
    Some(Unclean { span: (at, at + c.len_utf8()), shown: format!("U+{:04X}", c as u32), what })
}

/// Structures of a text that no report has.
pub(super) fn structures(text: &str) -> Vec<Doubt> {
    let mut out = Vec::new();
    for found in FRAMES.find_iter(text) {
        let (start, end) = (found.start(), found.end());
        // What closes a frame that was opened before belongs to that one.
        let closes = ["[/", "</", "<</"].iter().find_map(|close| found.as_str().strip_prefix(close));
        if closes.is_some_and(|name| {
            text[..start].to_lowercase().contains(&format!("{}{}", &text[start..=start], name.to_lowercase()))
        }) {
            continue;
        }
        let shown = shown(text, start, end);
        out.push(Doubt::new(
            start,
            end,
            format!("It imitates the frame of a conversation with a machine: “{shown}”."),
            format!("Elle imite le cadre d'une conversation avec une machine : « {shown} »."),
        ));
    }
    for found in ANSWER.find_iter(text) {
        out.push(Doubt::new(
            found.start(),
            found.end(),
            "It imitates a drafted procedure in JSON.",
            "Elle imite une procédure rédigée, en JSON.",
        ));
    }
    for found in RUNS.find_iter(text) {
        out.push(Doubt::new(found.start(), found.end(), "It holds a script.", "Elle contient un script."));
    }
    let mut at = 0;
    while let Some(found) = text[at..].find("<!--") {
        let start = at + found + 4;
        let rest = &text[start..text.floor_char_boundary(start + COMMENT)];
        at = start + rest.find("-->").unwrap_or(rest.len());
        if speaks(&text[start..at]) {
            out.push(html(text, start, at));
        }
    }
    for found in HIDDEN.captures_iter(text) {
        let name = |n: &str| found.name(n);
        let Some(inside) = name("double").or(name("single")).or(name("inside")) else { continue };
        let end = inside.end().min(text.floor_char_boundary(inside.start() + COMMENT));
        let told = &text[inside.start()..end];
        if speaks(told) || (name("inside").is_some() && told.split_whitespace().count() >= 4) {
            out.push(html(text, inside.start(), end));
        }
    }
    out
}

fn html(text: &str, start: usize, end: usize) -> Doubt {
    let shown = shown(text, start, end);
    Doubt::new(
        start,
        end,
        format!("It hides a text in HTML: “{shown}”."),
        format!("Elle cache un texte dans du HTML : « {shown} »."),
    )
}

/// Whether what is hidden says something to do, rather than how a page is laid out.
fn speaks(text: &str) -> bool {
    let words = text.split_whitespace().count();
    let read = lexemes(text);
    if words < 3 {
        return false;
    }
    let (french, english) = trade::tells(text);
    !phrases::spoken(text, &read).is_empty() || (words >= 7 && french.max(english) >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_and_abbreviations_are_no_markup() {
        for text in
            ["Pression < 5 bar et > 2 bar", "T° four 165 °C", "Vis M4 [repère 3] (neuve)", "réf. 70.0455.1", "a <= b"]
        {
            assert!(unclean(text).is_none(), "{text}");
        }
    }

    #[test]
    fn tags_links_and_unseen_characters_are() {
        for text in [
            "Ouvrez <b>la vanne</b>",
            "voir https://x.example",
            "[ici](x)",
            "fournelle-support.example",
            "&lt;script&gt;",
            "a\u{200b}b",
            "a\u{202e}b",
            "www.site.fr",
            "a\u{7}b",
        ] {
            assert!(unclean(text).is_some(), "{text}");
        }
    }

    #[test]
    fn every_pattern_is_well_formed() {
        for pattern in [&MARKUP, &FRAMES, &ANSWER, &HIDDEN, &RUNS] {
            assert!(!pattern.as_str().is_empty());
        }
    }
}
