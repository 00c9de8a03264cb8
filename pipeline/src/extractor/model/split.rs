//! A long case in parts that a model can read, without losing a sentence.

use crate::prompts::Shown;

/// What a block costs besides its text: its marks.
const FRAME: usize = 90;
/// How much of a piece the next one repeats, in characters: a sentence is understood from what stands before it.
const OVERLAP: usize = 240;
/// Texts that say which machine and which fault, and that every part begins with.
const HEADS: &[&str] = &["equipment.", "request."];
/// The share of a part that these may take.
const HEAD_SHARE: usize = 4;
/// No piece is smaller, in characters.
const LEAST: usize = 400;

fn cost(text: &Shown) -> usize {
    text.text.chars().count() + FRAME + text.asked.as_ref().map_or(0, |a| a.chars().count())
}

/// The texts in parts of at most `room` characters each, in order. One part when they fit.
pub(super) fn parts(texts: &[Shown], room: usize) -> Vec<Vec<Shown>> {
    if texts.iter().map(cost).sum::<usize>() <= room {
        return vec![texts.to_vec()];
    }
    let mut heads: Vec<Shown> = Vec::new();
    let mut rest: Vec<&Shown> = Vec::new();
    let mut taken = 0;
    for text in texts {
        let is_head = HEADS.iter().any(|h| text.id.starts_with(h));
        if is_head && taken + cost(text) <= room / HEAD_SHARE {
            taken += cost(text);
            heads.push(text.clone());
        } else {
            rest.push(text);
        }
    }
    let room = room.saturating_sub(taken).max(LEAST + FRAME);
    let mut out: Vec<Vec<Shown>> = Vec::new();
    let (mut part, mut filled) = (Vec::new(), 0);
    for text in rest {
        // A text that does not fit beside the others begins a part of its own, where it may fit whole.
        if filled + cost(text) > room && !part.is_empty() {
            out.push(std::mem::take(&mut part));
            filled = 0;
        }
        let fixed = cost(text) - text.text.chars().count();
        let pieces = pieces(&text.text, room.saturating_sub(fixed).max(LEAST));
        let of = pieces.len();
        for (n, piece) in pieces.into_iter().enumerate() {
            if n > 0 {
                out.push(std::mem::take(&mut part));
            }
            let place = (of > 1).then_some((n + 1, of));
            let shown = Shown { text: piece.to_owned(), piece: place, ..text.clone() };
            filled = cost(&shown) + if n > 0 { 0 } else { filled };
            part.push(shown);
        }
    }
    if !part.is_empty() {
        out.push(part);
    }
    out.into_iter().map(|part| heads.iter().cloned().chain(part).collect()).collect()
}

/// A text in pieces of at most `room` characters: cut between paragraphs, else between lines, sentences, words. Each but
/// the first begins with the end of the one before.
fn pieces(text: &str, room: usize) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    loop {
        let rest = &text[start..];
        let Some((limit, _)) = rest.char_indices().nth(room) else {
            out.push(rest.trim_end());
            return out;
        };
        let end = start + cut(&rest[..limit]);
        out.push(text[start..end].trim_end());
        start = again(text, start, end);
    }
}

/// Where to cut a text that is too long: after the last break of the best kind in its second half.
fn cut(text: &str) -> usize {
    let half = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
    ["\n\n", "\n", ". ", "; ", " "]
        .iter()
        .find_map(|mark| text[half..].rfind(mark).map(|at| half + at + mark.len()))
        .unwrap_or(text.len())
}

/// Where the piece after one from `start` to `end` begins: some sentences before that end.
fn again(text: &str, start: usize, end: usize) -> usize {
    let piece = &text[start..end];
    let repeated = piece.char_indices().rev().nth(OVERLAP.min(piece.chars().count() / 4)).map_or(0, |(at, _)| at);
    let tail = &piece[repeated..];
    // Whole sentences; the last mark of all is where the piece ends.
    let sentence = ["\n", ". ", " "].iter().find_map(|mark| {
        let at = tail.find(mark)? + mark.len();
        (!tail[at..].trim().is_empty()).then_some(at)
    });
    sentence.map_or(end, |at| start + repeated + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> String {
        (0..120).fold(String::new(), |mut out, n| {
            out.push_str(&format!("Étape {n} : j'ai contrôlé le point {n}. La mesure était bonne."));
            out.push_str(if n % 4 == 3 { "\n\n" } else { " " });
            out
        })
    }

    #[test]
    fn what_fits_stays_whole() {
        let texts = [Shown::new("equipment.family", "pompe"), Shown::new("report", "Court.")];
        assert_eq!(parts(&texts, 1_000), [texts.to_vec()]);
    }

    #[test]
    fn a_long_case_is_cut_without_losing_a_sentence_and_every_part_names_the_machine() {
        let report = report();
        let texts =
            [Shown::new("equipment.family", "pompe"), Shown::new("report", &report), Shown::new("actions[0]", "Vider")];
        let parts = parts(&texts, 2_000);
        assert!(parts.len() > 3, "{} parts", parts.len());
        for part in &parts {
            assert_eq!(part[0].id, "equipment.family");
            assert!(part.iter().map(cost).sum::<usize>() <= 2_000, "a part is too long");
        }
        let all: Vec<&Shown> = parts.iter().flatten().filter(|s| s.id == "report").collect();
        for n in 0..120 {
            let sentence = format!("Étape {n} : j'ai contrôlé le point {n}.");
            assert!(all.iter().any(|s| s.text.contains(&sentence)), "{sentence} is in no part");
        }
        assert!(all.windows(2).all(|w| w[0].piece.unwrap().0 + 1 == w[1].piece.unwrap().0), "in order");
        assert!(all.iter().all(|s| report.contains(&s.text)), "word for word");
        assert_eq!(parts.last().unwrap().last().unwrap().id, "actions[0]", "what comes after is not lost");
    }

    #[test]
    fn pieces_overlap_a_little() {
        let report = report();
        let pieces = pieces(&report, 1_000);
        for pair in pieces.windows(2) {
            let shared = (1..pair[1].len())
                .rev()
                .find(|n| pair[1].is_char_boundary(*n) && pair[0].ends_with(pair[1][..*n].trim_end()));
            assert!(shared.is_some_and(|n| (40..400).contains(&n)), "{shared:?}");
        }
    }

    #[test]
    fn a_text_without_any_break_is_cut_all_the_same() {
        let text = "é".repeat(10_000);
        let pieces = pieces(&text, 1_000);
        assert!(pieces.len() >= 10 && pieces.iter().all(|p| p.chars().count() <= 1_000), "{}", pieces.len());
        assert!(pieces.iter().map(|p| p.len()).sum::<usize>() >= text.len());
    }
}
