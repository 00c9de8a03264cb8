//! JSON objects in what a model says around them: fences, chatter, thoughts.

use serde_json::Value;

/// What there is in a text.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Found {
    /// The objects that stand side by side, in order.
    pub(super) objects: Vec<Value>,
    /// Whether the last one has no end.
    pub(super) open: bool,
    /// What is wrong with the first that has none of the others' excuses.
    pub(super) broken: Option<String>,
}

/// More objects than one answer can hold are not counted.
const MOST: usize = 16;

/// Finds the objects of a text. Linear in its length: what was read once is not read again.
pub(super) fn objects(text: &str) -> Found {
    let text = without_thoughts(text);
    let mut found = Found::default();
    let mut at = 0;
    while let Some(brace) = text.get(at..).and_then(|rest| rest.find('{')) {
        at += brace;
        let rest = &text[at..];
        // Chatter has braces too; an object begins with a name or ends at once.
        if !rest[1..].trim_start().starts_with(['"', '}']) {
            at += 1;
            continue;
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                at += values.byte_offset().max(1);
                found.objects.push(value);
                if found.objects.len() >= MOST {
                    break;
                }
            }
            Some(Err(error)) if error.is_eof() => {
                found.open = true;
                break;
            }
            Some(Err(error)) => {
                at += place(rest, error.line(), error.column()).max(1);
                found.broken.get_or_insert_with(|| error.to_string());
            }
            None => break,
        }
    }
    found
}

/// The byte that a line and a column (both from 1, the column in bytes) stand for, at a character's beginning.
fn place(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (before + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// What is left when a model's thoughts before its answer are taken away. Some servers keep the opening mark for
/// themselves. An answer that begins at once has no thoughts before it: marks inside belong to its texts.
fn without_thoughts(text: &str) -> &str {
    const MARKS: &[(&str, &str)] = &[("<think>", "</think>"), ("<thinking>", "</thinking>"), ("[THINK]", "[/THINK]")];
    let begun = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    for (open, close) in MARKS {
        if let Some(thoughts) = begun.strip_prefix(open) {
            // A thought without an end: there is no answer.
            return thoughts.split_once(close).map_or("", |(_, answer)| answer);
        }
        if !begun.starts_with(['{', '`'])
            && let Some((_, answer)) = begun.rsplit_once(close)
        {
            return answer;
        }
    }
    begun
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(text: &str) -> Value {
        let found = objects(text);
        assert_eq!((found.objects.len(), found.open), (1, false), "{text}: {found:?}");
        found.objects[0].clone()
    }

    #[test]
    fn an_object_is_found_in_fences_chatter_and_after_thoughts() {
        let expected = json!({"a": {"b": [1, "}"]}});
        for text in [
            r#"{"a":{"b":[1,"}"]}}"#,
            "```json\n{\"a\":{\"b\":[1,\"}\"]}}\n```",
            "Voici {le brouillon} :\n\n{ \"a\": {\"b\": [1, \"}\"]} }\n\nBonne journée {à vous} !",
            "<think>{\"a\": 1} ou {\"a\": 2} ?</think>{\"a\":{\"b\":[1,\"}\"]}}",
            "so {\"x\":1}…</think>\n{\"a\":{\"b\":[1,\"}\"]}}",
            "[{\"a\":{\"b\":[1,\"}\"]}}]",
            "[THINK]{\"x\":1}[/THINK] {\"a\":{\"b\":[1,\"}\"]}}",
            "\u{feff}{\"a\":{\"b\":[1,\"}\"]}}\u{0}",
        ] {
            assert_eq!(one(text), expected, "{text}");
        }
    }

    #[test]
    fn what_has_no_end_is_open_and_what_is_broken_says_where() {
        assert!(objects("{\"a\": \"b").open);
        assert!(objects("{\"a\": {\"b\": 1}").open);
        let found = objects("{\"a\": 1,\n \"b\": 2,}");
        assert_eq!((found.objects.len(), found.open), (0, false));
        assert!(found.broken.unwrap().contains("line 2"), "the model is told where");
        assert_eq!(objects("<think>hm, {\"a\":1}"), Found::default());
        assert_eq!(objects(""), Found::default());
    }

    #[test]
    fn marks_of_thoughts_inside_an_answer_take_nothing_away() {
        assert_eq!(one("{\"a\":\"<think>x</think> {\"}"), json!({"a": "<think>x</think> {"}));
    }

    #[test]
    fn two_objects_are_two() {
        assert_eq!(objects("{\"a\":1}{\"a\":2}").objects.len(), 2);
        assert_eq!(objects("{\"a\":1}\n```\n{\"a\":1}\n```").objects.len(), 2);
    }

    #[test]
    fn hostile_texts_cost_what_their_bytes_cost() {
        let texts = [
            "{".repeat(2_000_000),
            "{\"a\":".repeat(400_000),
            "{\"a\":1}".repeat(300_000),
            "{\"a\":[".repeat(300_000),
            format!("{}é}}", "{\"é\":1,".repeat(200_000)),
            "<think>".repeat(300_000),
            "{\"é\" é".repeat(200_000),
        ];
        for text in texts {
            let begun = std::time::Instant::now();
            let _ = objects(&text);
            assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{}… took {:?}", &text[..12], begun.elapsed());
        }
    }
}
