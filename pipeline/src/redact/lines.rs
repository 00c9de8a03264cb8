//! Lines that are no text of a case (what a draft says, what an expert made of it), as a model may see them.

use savoir_models::evidence::{Case, Source, SourceText};
use savoir_models::redaction::PersonalData;

use super::redact;

/// The lines without what is personal: what is found in the case is hidden in them as well as what is found in
/// themselves. Placeholders carry no number (`[PERSON]`): lines of two cases that stand side by side would give one number
/// to two people. As many lines come back as were given, in their order.
pub(crate) fn hide_in(case: &Case, lines: &[String]) -> Vec<String> {
    // As if they had been reported as actions: then everything that masks a case masks them.
    let mut case = case.clone();
    let actions = &mut case.intervention.intake.actions;
    let first = actions.len();
    actions.extend(lines.iter().map(|line| unnumbered(line)));
    let redaction = redact(&case);
    let hidden = lines.iter().enumerate().map(|(at, line)| {
        let line = SourceText { source: Source::Action { index: first + at }, text: unnumbered(line).into() };
        unnumbered(&redaction.mask(&line).text)
    });
    hidden.collect()
}

/// A text whose placeholders have lost their numbers.
fn unnumbered(text: &str) -> String {
    let mut out = text.to_owned();
    for kind in PersonalData::ALL {
        let label = format!("[{}_", kind.as_str().to_uppercase());
        let mut from = 0;
        while let Some(at) = out[from..].find(&label).map(|at| from + at) {
            let digits = at + label.len();
            let end = out[digits..].find(|c: char| !c.is_ascii_digit()).map_or(out.len(), |n| digits + n);
            if end > digits && out[end..].starts_with(']') {
                out.replace_range(digits - 1..end, "");
            }
            from = digits.min(out.len());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> Case {
        let intake = serde_json::from_value(serde_json::json!({
            "source": "t", "external_id": "T-1", "closed_at": "2026-10-20T16:40:00Z", "language": "fr",
            "equipment": {"serial": "SN-778899"}, "technician": "Zénobie Quiquampoix",
            "report": "Vu avec M. Trébuchet (06 39 98 41 07). Filtre changé.", "actions": ["Filtre changé"]
        }));
        Case::of(intake.unwrap())
    }

    #[test]
    fn who_is_named_in_the_case_or_in_a_line_is_hidden_in_every_line() {
        let lines = [
            "1. title: Trébuchet a vu la fuite",
            "2. steps: Appelez Zénobie Quiquampoix au 06 39 98 41 07",
            "3. steps: Remplacez le filtre SN-778899, écrire à paul.durand@exemple.fr",
            "4. steps: [PERSON_12] confirme [PERSON_x]",
        ]
        .map(String::from);
        let hidden = hide_in(&case(), &lines);
        assert_eq!(hidden.len(), 4);
        let all = hidden.join("\n");
        for canary in ["Trébuchet", "Zénobie", "Quiquampoix", "06 39", "durand", "_1"] {
            assert!(!all.contains(canary), "{canary}: {all}");
        }
        assert!(
            hidden[0].contains("[PERSON]") && hidden[1].contains("[PHONE]") && hidden[2].contains("[MAIL]"),
            "{all}"
        );
        assert!(hidden[2].contains("SN-778899"), "a serial number names a machine: {all}");
        assert_eq!(hidden[3], "4. steps: [PERSON] confirme [PERSON_x]");
    }
}
