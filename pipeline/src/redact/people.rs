//! Who is who: the same person has one number in every text of a case, by whichever part of the name they are called.

use std::collections::HashMap;

/// How a person is called in one place: folded, the words joined by spaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Called {
    /// "jean pierre".
    pub(super) given: Option<String>,
    /// The first letter of it, when only that is told.
    pub(super) initial: Option<char>,
    /// "le gall kerdraon".
    pub(super) family: Option<String>,
}

impl Called {
    /// Whether this tells more of a name than `other` would: the fullest are gathered first.
    fn fullness(&self) -> usize {
        match (&self.given, &self.initial, &self.family) {
            (Some(_), _, Some(_)) => 3,
            (None, Some(_), Some(_)) => 2,
            (_, _, Some(_)) => 1,
            _ => 0,
        }
    }
}

/// Which part of a name a spelling is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// More than one word of it.
    Whole,
    /// The family name alone.
    Family,
    /// The first name alone.
    Given,
}

/// The persons of a case.
#[derive(Debug, Default)]
pub(super) struct People {
    count: usize,
    whole: HashMap<(String, String), usize>,
    initial: HashMap<(char, String), usize>,
    family: HashMap<String, usize>,
    given: HashMap<String, usize>,
    /// Every spelling that stands for a person.
    spellings: HashMap<String, (usize, Part)>,
}

impl People {
    /// Gathers how persons are called into persons. Linear: every question is one look into a table.
    pub(super) fn gather<'a>(called: impl Iterator<Item = &'a Called>) -> Self {
        let mut people = Self::default();
        let mut all: Vec<&Called> = called.collect();
        all.sort_by_key(|c| std::cmp::Reverse(c.fullness()));
        for called in all {
            if people.who(called).is_none() {
                people.add(called);
            }
        }
        people.spell();
        people
    }

    /// The person that is called like this.
    pub(super) fn who(&self, called: &Called) -> Option<usize> {
        match (&called.given, &called.initial, &called.family) {
            (Some(given), _, Some(family)) => self.whole.get(&(given.clone(), family.clone())).copied(),
            (None, Some(initial), Some(family)) => self.initial.get(&(*initial, family.clone())).copied(),
            (None, None, Some(name)) => self.family.get(name).or_else(|| self.given.get(name)).copied(),
            (Some(name), _, None) => self.given.get(name).or_else(|| self.family.get(name)).copied(),
            (None, _, None) => None,
        }
    }

    /// Who is spelt like this, and by which part of the name.
    pub(super) fn spelt(&self, words: &str) -> Option<(usize, Part)> {
        self.spellings.get(words).copied()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    fn add(&mut self, called: &Called) {
        let number = self.count;
        self.count += 1;
        if let Some(given) = &called.given {
            self.given.entry(given.clone()).or_insert(number);
        }
        let Some(family) = &called.family else { return };
        self.family.entry(family.clone()).or_insert(number);
        let initial = called.initial.or_else(|| called.given.as_ref().and_then(|g| g.chars().next()));
        if let Some(initial) = initial {
            self.initial.entry((initial, family.clone())).or_insert(number);
        }
        if let Some(given) = &called.given {
            self.whole.insert((given.clone(), family.clone()), number);
        }
    }

    fn spell(&mut self) {
        let mut spellings = HashMap::new();
        for ((given, family), number) in &self.whole {
            spellings.insert(format!("{given} {family}"), (*number, Part::Whole));
            spellings.insert(format!("{family} {given}"), (*number, Part::Whole));
        }
        for ((initial, family), number) in &self.initial {
            spellings.entry(format!("{initial} {family}")).or_insert((*number, Part::Whole));
        }
        for (family, number) in &self.family {
            let part = if family.contains(' ') { Part::Whole } else { Part::Family };
            spellings.entry(family.clone()).or_insert((*number, part));
        }
        for (given, number) in &self.given {
            let part = if given.contains(' ') { Part::Whole } else { Part::Given };
            spellings.entry(given.clone()).or_insert((*number, part));
        }
        self.spellings = spellings;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(given: &str, initial: &str, family: &str) -> Called {
        let some = |s: &str| (!s.is_empty()).then(|| s.to_owned());
        Called { given: some(given), initial: initial.chars().next(), family: some(family) }
    }

    #[test]
    fn every_part_of_a_name_leads_to_the_same_person() {
        let all = [
            called("", "", "thevenot"),
            called("agnes", "", ""),
            called("agnes", "", "thevenot"),
            called("", "a", "thevenot"),
        ];
        let people = People::gather(all.iter());
        assert_eq!(people.len(), 1);
        assert!(all.iter().all(|c| people.who(c) == Some(0)));
        for spelling in ["agnes thevenot", "thevenot agnes", "a thevenot", "thevenot", "agnes"] {
            assert_eq!(people.spelt(spelling).map(|s| s.0), Some(0), "{spelling}");
        }
    }

    #[test]
    fn two_of_one_family_are_two_and_their_name_alone_is_the_first_ones() {
        let all = [
            called("paul", "", "martin"),
            called("lea", "", "martin"),
            called("", "", "martin"),
            called("", "l", "martin"),
        ];
        let people = People::gather(all.iter());
        assert_eq!(people.len(), 2);
        assert_eq!(all.iter().map(|c| people.who(c).unwrap()).collect::<Vec<_>>(), [0, 1, 0, 1]);
    }
}
