//! Markup, links, invisible characters; and the structures that a case has no reason to hold.

use std::sync::LazyLock;

use regex::Regex;

use super::super::lexemes::{lexemes, unseen};
use super::{Doubt, phrases, shown};
use crate::extractor::trade;

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| unreachable!("the patterns are constants, and a test builds each: {error}"))
}

/// A tag, an entity for one, a script; a link, with or without a name; a fence of code.
static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix) < /? [a-z] [^<>\n]{0,300} > | <!-- | & (lt|gt|\#0*60|\#x0*3c) ; | javascript: | data:text/ |
        (?-u:\b) (https?|ftp|file) :/ [^\s<>\x22]{0,200} | (?-u:\b) www\. [a-z0-9] [^\s<>\x22]{0,200} | \[ [^\]\n]{1,120} \] \( [^)\n]{1,300} \) | ``` | \{\{ | \$\{ |
        (?-u:\b) [a-z0-9-]+ (\. [a-z0-9-]+)* \. (com|net|org|fr|info|biz|example|ru|cn|xyz) (?-u:\b) /?",
    )
});

/// Frames of a conversation with a model, and ends of blocks of data.
static FRAMES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?imx) <\| [^|>\n]{1,40} \|> | \[ /? (inst|sys|system|assistant|user) \] | << /? sys >> |
        ^ \s* \#{0,6} \s* (system|assistant|user|développeur|developer|système|systeme|ai|ia|human|instruction|instructions|prompt)
            \s* (\([^)\n]{0,20}\))? : |
        </? \s* (system|assistant|user|instructions?|prompt|data|data-?block|case|document|source|context|untrusted|report|
            input|output|tool|function|dossier|rapport|donnees|données|consignes?) (?-u:\b) [^<>\n]{0,80} > |
        ^ \s* [=\-\#*~]{3,} \s* (end|fin|begin|début|start|stop) (?-u:\b) [^\n]{0,60} |
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

/// What HTML does not show: comments, hidden elements, attributes; and what it runs.
static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?isx) <!-- (?P<comment>.{0,2000}?) (-->|$) |
        (?-u:\b) (title|alt|aria-label|data-[a-z-]+|content|placeholder|value) \s* = \s* ("(?P<double>[^"]{0,600})"|'(?P<single>[^']{0,600})') |
        < [a-z0-9]+ [^<>]{0,200} (display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0|(?-u:\b)hidden(?-u:\b)|
            color\s*:\s*(\#fff(fff)?|white|transparent)) [^<>]{0,200} > (?P<inside>[^<]{0,600})"#,
    )
});
static RUNS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)<\s*(script|iframe|object|embed|svg|form|meta)(?-u:\b)[^>\n]{0,200}>?|(?-u:\b)on[a-z]{4,12}\s*=\s*['\x22]|javascript:",
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
    for found in HIDDEN.captures_iter(text) {
        let name = |n: &str| found.name(n);
        let Some(inside) = name("comment").or(name("double")).or(name("single")).or(name("inside")) else { continue };
        if speaks(inside.as_str()) || (name("inside").is_some() && inside.as_str().split_whitespace().count() >= 4) {
            let shown = shown(text, inside.start(), inside.end());
            out.push(Doubt::new(
                inside.start(),
                inside.end(),
                format!("It hides a text in HTML: “{shown}”."),
                format!("Elle cache un texte dans du HTML : « {shown} »."),
            ));
        }
    }
    out
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
