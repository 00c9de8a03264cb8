//! What Whisper writes where nobody speaks.
//!
//! It was trained on subtitles, and in silence it remembers their closing credits. The phrases below are those that
//! users of Whisper report most for French and English; they are never said in a service report. Others ("Merci.")
//! may well be said, and go only when the model itself doubts them.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

/// A segment with one of these in it is credits, whatever stands around it.
const CREDITS: &[&str] = &[
    "sous titres realises par la communaute d amara org",
    "sous titres realises para la communaute d amara org",
    "sous titres par la communaute d amara org",
    "sous titrage societe radio canada",
    "sous titrage st 501",
    "sous titrage mfp",
    "sous titres par",
    "sous titres realises par",
    "sous titrage fr",
    "amara org",
    "merci d avoir regarde cette video",
    "merci d avoir regarde la video",
    "merci d avoir visionne cette video",
    "n oubliez pas de vous abonner",
    "abonnez vous a la chaine",
    "abonnez vous a ma chaine",
    "abonnez vous et activez la cloche",
    "cliquez sur la cloche",
    "on se retrouve dans une prochaine video",
    "a bientot pour une nouvelle video",
    "thanks for watching",
    "thank you for watching",
    "thank you so much for watching",
    "please subscribe to my channel",
    "please subscribe to our channel",
    "like and subscribe",
    "don t forget to subscribe",
    "see you in the next video",
    "subtitles by the amara org community",
    "subtitles by the amara",
    "transcribed by https",
    "transcription by castingwords",
    "subs by www zeoranger co uk",
    "captions by getlapse",
];

/// These may be said; alone in a segment that the model doubts they are not believed.
const DOUBTFUL: &[&str] = &[
    "merci",
    "merci beaucoup",
    "merci a tous",
    "au revoir",
    "bonjour",
    "oui",
    "ok",
    "musique",
    "silence",
    "a bientot",
    "thank you",
    "thank you very much",
    "thanks",
    "bye",
    "bye bye",
    "goodbye",
    "you",
    "okay",
    "so",
    "the end",
    "music",
    "applause",
];

/// Below this mean token probability a doubtful phrase is not believed.
const DOUBT: f32 = 0.6;
/// Above this probability of silence it is not believed either.
const NOBODY: f32 = 0.6;

/// Small letters without accents, one space between the words, nothing else: how phrases are compared.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// What is written for a noise and not for a word: "[Musique]", "(rires)", "*toux*", "♪".
static NOISES: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::unwrap_used, reason = "the pattern is a constant, and the tests below run it")]
    Regex::new(r"\[[^\]]{0,40}\]|\*[^*]{0,40}\*|[♪♫]+|(?i)\((?:rires?|musique|applaudissements|toux|soupirs?|bruits?[^)]{0,20}|laughs?|laughter|music|applause|coughs?|sighs?|silence|inaudible|inintelligible)\)").unwrap()
});

/// What of a segment may be believed: its text without noise marks, or nothing when it is one of Whisper's
/// inventions. `confidence` and `no_speech` are the model's, 0 to 1.
#[must_use]
pub fn believable(text: &str, confidence: f32, no_speech: f32) -> Option<String> {
    let text = NOISES.replace_all(text, " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = plain(&text);
    if plain.is_empty() {
        return None;
    }
    let padded = format!(" {plain} ");
    // Credits fill their segment; a long report that mentions one of these phrases is a report.
    if CREDITS.iter().any(|c| padded.contains(&format!(" {c} ")) && plain.len() < 2 * c.len() + 20) {
        return None;
    }
    if DOUBTFUL.contains(&plain.as_str()) && (confidence < DOUBT || no_speech > NOBODY) {
        return None;
    }
    if loops(&plain) {
        return None;
    }
    Some(text)
}

/// Whether the text is one group of at most three words, four times or more and nothing else.
fn loops(plain: &str) -> bool {
    let words: Vec<&str> = plain.split(' ').collect();
    (1..=3).any(|n| words.len() >= 4 * n && words.iter().zip(&words[n..]).all(|(a, b)| a == b))
}

/// Whether the segment that follows two equal ones with the same text is the model going round in circles.
#[must_use]
pub fn goes_round(before: &[&str], text: &str) -> bool {
    let text = plain(text);
    before.len() >= 2 && before.iter().rev().take(2).all(|b| plain(b) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sure(text: &str) -> Option<String> {
        believable(text, 0.95, 0.01)
    }

    #[test]
    fn subtitle_credits_are_never_believed() {
        for credits in [
            "Sous-titres réalisés par la communauté d'Amara.org",
            " Sous-titrage Société Radio-Canada",
            "Merci d'avoir regardé cette vidéo !",
            "Thanks for watching!",
            "Please subscribe to my channel.",
            "Sous-titrage ST' 501",
        ] {
            assert_eq!(sure(credits), None, "{credits}");
        }
    }

    #[test]
    fn a_report_is_left_word_for_word() {
        let report = "J'ai remplacé le thermocouple, code E42. Merci de rappeler le client.";
        assert_eq!(sure(report).as_deref(), Some(report));
    }

    #[test]
    fn a_polite_word_is_kept_when_clearly_said_and_dropped_when_doubted() {
        assert_eq!(sure("Merci.").as_deref(), Some("Merci."));
        assert_eq!(believable("Merci.", 0.3, 0.1), None);
        assert_eq!(believable("Thank you.", 0.9, 0.9), None);
    }

    #[test]
    fn marks_for_noises_are_taken_out_and_the_words_stay() {
        assert_eq!(sure("[Musique]"), None);
        assert_eq!(sure("♪♪"), None);
        assert_eq!(sure("(rires) La pompe fuit. *bip*").as_deref(), Some("La pompe fuit."));
        assert_eq!(sure("La pompe (P2) fuit.").as_deref(), Some("La pompe (P2) fuit."));
    }

    #[test]
    fn a_word_over_and_over_is_no_speech() {
        assert_eq!(sure("pump pump pump pump pump"), None);
        assert_eq!(sure("la pompe la pompe la pompe la pompe"), None);
        assert!(sure("Vis, vis, vis et rondelle.").is_some());
    }

    #[test]
    fn the_third_equal_segment_in_a_row_goes_round() {
        assert!(goes_round(&["La vanne.", "la vanne"], "La vanne !"));
        assert!(!goes_round(&["La vanne."], "La vanne."));
    }
}
