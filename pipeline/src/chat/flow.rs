//! The conversation as a state machine. Pure: what must be looked up is asked for with [`Then`].

use savoir_models::chat::{Chat, ChatState, LineKind, RequestWhy, Slot, TriedOutcome, Urgency};
use savoir_models::content::Content;
use savoir_models::id::ProcedureId;

use super::heard::{Heard, Reply};
use super::sentences::{Choice, Sentence};
use super::show::{self, Line};

/// Procedures that are offered before people take over.
const OFFERS: usize = 3;
/// Times that something else is wanted, and that an answer is not understood, before people take over.
const PATIENCE: i64 = 2;

/// What follows a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// It is the visitor's turn.
    Wait,
    /// A procedure is to be looked for.
    Find,
    /// The procedure at hand is to be shown from the step `Chat::step` on.
    Show,
    /// People take over.
    HandOver(RequestWhy),
    /// People have it already: it goes with their request. `true`: urgent from now on.
    Add(bool),
}

/// What is said, and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    /// What is said.
    pub lines: Vec<Line>,
    /// What follows.
    pub then: Then,
}

impl Turn {
    fn waits(lines: Vec<Line>) -> Self {
        Self { lines, then: Then::Wait }
    }

    fn then(then: Then) -> Self {
        Self { lines: Vec::new(), then }
    }
}

/// What is said at the beginning.
pub(super) fn begin(chat: &mut Chat) -> Vec<Line> {
    let mut lines = vec![Line::says(Sentence::Greeting, chat.language)];
    lines.extend(ask(chat));
    lines
}

/// The next question, if one is left.
fn ask(chat: &mut Chat) -> Option<Line> {
    chat.asked = chat.lacks();
    chat.state = ChatState::Asking;
    let (sentence, choices): (_, &[Choice]) = match chat.asked? {
        Slot::Machine => (Sentence::AskMachine, &[Choice::Human]),
        Slot::Symptom => (Sentence::AskSymptom, &[Choice::Human]),
        Slot::Code => (Sentence::AskCode, &[Choice::NoCode, Choice::Human]),
        Slot::Urgency => (Sentence::AskUrgency, &[Choice::Stopped, Choice::Degraded, Choice::CanWait, Choice::Human]),
    };
    Some(Line::says(sentence, chat.language).with(choices))
}

/// Takes a message in.
pub(super) fn hear(chat: &mut Chat, heard: &Heard) -> Turn {
    chat.language = heard.language.unwrap_or(chat.language);
    if chat.state == ChatState::HandedOver {
        let safety = heard.danger.then(|| Line::says(Sentence::Safety, chat.language));
        return Turn { lines: safety.into_iter().collect(), then: Then::Add(heard.danger) };
    }
    if heard.danger {
        fill(chat, heard);
        let lines = vec![Line::says(Sentence::Safety, chat.language)];
        return Turn { lines, then: Then::HandOver(RequestWhy::Danger) };
    }
    if heard.human {
        fill(chat, heard);
        return Turn::then(Then::HandOver(RequestWhy::Asked));
    }
    if heard.stray {
        return stray(chat);
    }
    match chat.state {
        ChatState::Asking => asking(chat, heard),
        ChatState::Offered => offered(chat, heard),
        ChatState::Following => following(chat, heard),
        ChatState::Checking => checking(chat, heard),
        ChatState::Helped => helped(chat, heard),
        ChatState::HandedOver => Turn::then(Then::Add(false)),
    }
}

/// Something else is wanted: once it is told what this is for, the second time people take over.
fn stray(chat: &mut Chat) -> Turn {
    chat.strays += 1;
    if chat.strays >= PATIENCE {
        return Turn::then(Then::HandOver(RequestWhy::OutOfScope));
    }
    let mut lines = vec![Line::says(Sentence::Scope, chat.language)];
    lines.extend(again(chat));
    Turn::waits(lines)
}

/// An answer was not understood.
fn unclear(chat: &mut Chat, sentence: Sentence) -> Turn {
    chat.unclear += 1;
    if chat.unclear >= PATIENCE {
        return Turn::then(Then::HandOver(RequestWhy::Unclear));
    }
    let mut said = Line::says(sentence, chat.language);
    match again(chat) {
        Some(question) if chat.state == ChatState::Asking => Turn::waits(vec![said, question]),
        Some(question) => {
            said.choices = question.choices;
            Turn::waits(vec![said])
        }
        None => Turn::waits(vec![said]),
    }
}

/// What was last asked.
fn again(chat: &mut Chat) -> Option<Line> {
    let says = |sentence, choices: &[Choice]| Some(Line::says(sentence, chat.language).with(choices));
    match chat.state {
        ChatState::Asking => ask(chat),
        ChatState::Offered => says(Sentence::AskTry, &[Choice::Try, Choice::Decline, Choice::Human]),
        ChatState::Checking => says(Sentence::AskHelped, &[Choice::Works, Choice::NotWorks, Choice::Human]),
        ChatState::Following => {
            says(Sentence::OnlyApproved, &[Choice::Done, Choice::Works, Choice::Stuck, Choice::Human])
        }
        ChatState::Helped | ChatState::HandedOver => None,
    }
}

/// Keeps what a message tells and was not known.
fn fill(chat: &mut Chat, heard: &Heard) -> bool {
    let before = (chat.machine.is_some(), chat.symptom.is_some(), chat.code.is_some(), chat.urgency.is_some());
    if chat.machine.is_none() {
        chat.machine.clone_from(&heard.machine);
    }
    let of_the_machine_alone = chat.asked == Some(Slot::Machine) && heard.machine.is_none() && !heard.problem;
    if chat.symptom.is_none() && heard.tells && !heard.vague && !of_the_machine_alone {
        chat.symptom = Some(heard.text.clone());
    }
    if chat.code.as_ref().is_none_or(String::is_empty) && heard.code.is_some() {
        chat.code.clone_from(&heard.code);
    }
    chat.urgency = heard.urgency.or(chat.urgency);
    before != (chat.machine.is_some(), chat.symptom.is_some(), chat.code.is_some(), chat.urgency.is_some())
}

fn asking(chat: &mut Chat, heard: &Heard) -> Turn {
    let asked = chat.asked;
    let understood = fill(chat, heard);
    let words = heard.text.split_whitespace().count();
    let small = matches!(heard.reply, Some(Reply::Yes | Reply::No | Reply::Thanks | Reply::Done)) && words <= 3;
    let text = || Some(heard.text.clone()).filter(|_| !heard.chosen && !small);
    match asked {
        // Whatever is answered to the question is the answer, unless it is no answer at all.
        Some(Slot::Machine) if chat.machine.is_none() => {
            chat.machine = text().filter(|_| !heard.vague && (!understood || heard.problem));
        }
        Some(Slot::Symptom) if chat.symptom.is_none() => chat.symptom = text().filter(|_| !heard.vague),
        Some(Slot::Code) if chat.code.is_none() && !heard.chosen => {
            chat.code = Some(String::new());
            if !small {
                more(chat, heard);
            }
        }
        Some(Slot::Urgency) if chat.urgency.is_none() && !heard.chosen => {
            chat.urgency = Some(Urgency::Untold);
            if !small {
                more(chat, heard);
            }
        }
        _ => {}
    }
    if chat.lacks() == asked && asked.is_some() && !understood {
        let greeting = heard.vague && chat.told <= PATIENCE;
        return if greeting { Turn::waits(ask(chat).into_iter().collect()) } else { unclear(chat, Sentence::Unclear) };
    }
    chat.unclear = 0;
    match ask(chat) {
        Some(question) => Turn::waits(vec![question]),
        None => Turn::then(Then::Find),
    }
}

/// What is told beside what was asked belongs to the symptom.
fn more(chat: &mut Chat, heard: &Heard) {
    let symptom = chat.symptom.get_or_insert_default();
    if !symptom.is_empty() {
        symptom.push('\n');
    }
    symptom.push_str(&heard.text);
}

fn offered(chat: &mut Chat, heard: &Heard) -> Turn {
    match heard.reply {
        Some(Reply::Yes | Reply::Done) => {
            (chat.step, chat.unclear) = (0, 0);
            chat.state = ChatState::Following;
            Turn::then(Then::Show)
        }
        Some(Reply::No | Reply::NotWorks | Reply::Stuck) => next(chat, TriedOutcome::Declined),
        Some(Reply::Works) => works(chat),
        Some(Reply::Thanks) | None => {
            let sentence = if heard.tells { Sentence::OnlyApproved } else { Sentence::Unclear };
            unclear(chat, sentence)
        }
    }
}

fn following(chat: &mut Chat, heard: &Heard) -> Turn {
    match heard.reply {
        Some(Reply::Done | Reply::Yes) => {
            chat.unclear = 0;
            Turn::then(Then::Show)
        }
        Some(Reply::Works) => works(chat),
        Some(Reply::Stuck | Reply::No | Reply::NotWorks) => next(chat, TriedOutcome::Stuck),
        Some(Reply::Thanks) | None => unclear(chat, Sentence::OnlyApproved),
    }
}

fn checking(chat: &mut Chat, heard: &Heard) -> Turn {
    match heard.reply {
        Some(Reply::Works | Reply::Yes | Reply::Done) => works(chat),
        Some(Reply::NotWorks | Reply::No | Reply::Stuck) => next(chat, TriedOutcome::NotHelped),
        Some(Reply::Thanks) | None => unclear(chat, Sentence::Unclear),
    }
}

fn helped(chat: &mut Chat, heard: &Heard) -> Turn {
    let end = matches!(heard.reply, Some(Reply::Thanks | Reply::Works | Reply::Yes | Reply::Done)) && !heard.tells;
    if end {
        return Turn::waits(vec![Line::says(Sentence::Glad, chat.language)]);
    }
    // Another problem; of the same machine, unless another one is named.
    (chat.symptom, chat.code, chat.urgency, chat.asked) = (None, None, None, None);
    chat.machine = heard.machine.clone().or(chat.machine.take());
    chat.state = ChatState::Asking;
    if matches!(heard.reply, Some(Reply::No | Reply::NotWorks)) && !heard.tells {
        return Turn::waits(ask(chat).into_iter().collect());
    }
    asking(chat, heard)
}

fn works(chat: &mut Chat) -> Turn {
    chat.put_aside(TriedOutcome::Helped);
    chat.state = ChatState::Helped;
    Turn::waits(vec![Line::says(Sentence::Glad, chat.language)])
}

/// The procedure at hand is done with: the next one, or people.
fn next(chat: &mut Chat, outcome: TriedOutcome) -> Turn {
    chat.put_aside(outcome);
    chat.unclear = 0;
    let vain = chat.tried.iter().filter(|tried| tried.outcome != TriedOutcome::Helped).count();
    Turn::then(if vain >= OFFERS { Then::HandOver(RequestWhy::NotHelped) } else { Then::Find })
}

/// What was found is offered.
pub(super) fn found(chat: &mut Chat, found: Option<(ProcedureId, i64, &Content)>) -> Turn {
    let Some((procedure, revision, content)) = found else {
        let why = if chat.tried.is_empty() { RequestWhy::NothingFound } else { RequestWhy::NotHelped };
        return Turn::then(Then::HandOver(why));
    };
    let language = chat.language;
    let first = if chat.tried.is_empty() { Sentence::Offer } else { Sentence::OfferOther };
    let mut lines = vec![Line::says(first, language)];
    lines.push(Line::shows(LineKind::Title, &content.title.text, "title".into()));
    if content.language != language {
        lines.push(Line::says(Sentence::OtherLanguage, language));
    }
    chat.procedure = Some((procedure, revision));
    (chat.step, chat.asked) = (0, None);
    chat.state = ChatState::Offered;
    lines.extend(again(chat));
    Turn::waits(lines)
}

/// The next step of the procedure at hand; `now` is its revision and what the viewer sees of it now.
pub(super) fn shown(chat: &mut Chat, now: Option<(i64, &Content)>) -> Turn {
    let language = chat.language;
    let (Some((procedure, began)), Some((revision, content))) = (chat.procedure, now) else {
        chat.put_aside(TriedOutcome::Withdrawn);
        return Turn { lines: vec![Line::says(Sentence::Withdrawn, language)], then: Then::Find };
    };
    let mut lines = Vec::new();
    if revision != began {
        if chat.step > 0 {
            lines.push(Line::says(Sentence::Changed, language));
        }
        (chat.procedure, chat.step) = (Some((procedure, revision)), 0);
    }
    let at = usize::try_from(chat.step).unwrap_or(usize::MAX);
    if at == 0 {
        lines.extend(show::before(content, language));
    }
    if at < content.steps.len() {
        lines.extend(show::step(content, at, language));
        chat.step += 1;
        chat.state = ChatState::Following;
    } else {
        lines.extend(show::after(content, language));
        chat.state = ChatState::Checking;
    }
    Turn::waits(lines)
}

/// People take over: what is said, the reference still without its number.
pub(super) fn hand_over(chat: &mut Chat, why: RequestWhy) -> Vec<Line> {
    let language = chat.language;
    chat.put_aside(TriedOutcome::BrokenOff);
    (chat.state, chat.asked) = (ChatState::HandedOver, None);
    let sentence = match why {
        RequestWhy::Asked => Sentence::HandAsked,
        RequestWhy::Danger => Sentence::HandDanger,
        RequestWhy::NothingFound => Sentence::HandNothing,
        RequestWhy::NotHelped => Sentence::HandNotHelped,
        RequestWhy::OutOfScope => Sentence::HandScope,
        RequestWhy::Unclear => Sentence::HandUnclear,
        RequestWhy::Limit => Sentence::HandLimit,
    };
    vec![
        Line::says(sentence, language),
        Line::says(Sentence::ReferenceIs, language),
        reference(),
        Line::says(Sentence::Contact, language),
    ]
}

/// Something goes with the request that people have.
pub(super) fn added(chat: &Chat) -> Vec<Line> {
    vec![Line::says(Sentence::Noted, chat.language), reference()]
}

fn reference() -> Line {
    Line { kind: LineKind::Reference, sentence: None, text: String::new(), choices: Vec::new(), path: None }
}

#[cfg(test)]
mod tests;
