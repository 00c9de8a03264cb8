//! Erases a person, and moves every quote with the words it quotes.

use std::collections::{BTreeMap, BTreeSet};

use savoir_models::audit::{Action, Entry};
use savoir_models::clock::Timestamp;
use savoir_models::draft::Known;
use savoir_models::evidence::{self, Case, Evidence, Source};
use savoir_models::id::{DraftId, InterventionId};
use savoir_models::passage;
use savoir_models::store::{Changed, Db, StoreError, TEXTS, TextColumn, Tx, house};
use savoir_models::viewer::Viewer;
use serde::Serialize;
use serde_json::Value;

use super::spell::{ERASED, Person};
use super::{Found, leaves};
use crate::embed::{Embedder, Purpose};
use crate::fault::Fault;
use crate::verify::locate;

/// What is wished for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Who asks for it, for the audit log.
    pub by: Viewer,
    /// Recordings in which the person speaks or is named go too.
    pub audio: bool,
    /// Names that accounts signed with go too, and the accounts of that name: this stands for them, and nobody comes in with
    /// them any more.
    pub pseudonym: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// Texts that were changed.
    pub texts: usize,
    /// Cases whose words were changed.
    pub cases: usize,
    /// Quotes that moved with the words they quote.
    pub quotes: usize,
    /// Quotes that are no longer found where they came from: their statements need an expert's look.
    pub lost: usize,
    /// Recordings that were removed.
    pub files: usize,
    /// Accounts that nobody comes in with any more.
    pub accounts: usize,
    /// Accounts that stay, for without them the house would have no administrator.
    pub kept: usize,
}

/// A case before and after.
struct Turned {
    before: Case,
    after: Case,
    draft: Option<DraftId>,
    person: Person,
}

/// Erases a person from every text in which they were found: one commit, with its line in the audit log.
///
/// # Errors
/// When the database fails; then nothing was changed.
pub async fn erase(db: &Db, found: &Found, wish: &Wish, now: Timestamp) -> Result<Erased, StoreError> {
    let mut done = Erased::default();
    let mut tx = db.begin().await?;
    let mut cases: BTreeMap<InterventionId, Case> = BTreeMap::new();
    for occurrence in &found.occurrences {
        if let Ok(id) = occurrence.owner.parse::<InterventionId>()
            && ["interventions", "transcripts", "questions"].contains(&occurrence.table)
            && let Some(case) = tx.case_in(id).await?
        {
            cases.insert(id, case);
        }
    }
    let mut drafts: BTreeSet<DraftId> = BTreeSet::new();
    for occurrence in found.occurrences.iter().filter(|o| wish.pseudonym.is_some() || !o.signed) {
        let same = |c: &&TextColumn| c.table == occurrence.table && c.column == occurrence.column;
        let Some(column) = TEXTS.iter().find(same) else { continue };
        let person = found.who(&occurrence.owner);
        done.texts += usize::from(rewrite(&mut tx, column, (&occurrence.id, person), wish).await?);
        if column.table == "drafts" {
            drafts.extend(occurrence.id.parse::<DraftId>());
        }
    }
    for (id, before) in cases {
        if wish.audio {
            done.files += remove_recordings(&mut tx, &before, found.who(&id.to_string()), now).await?;
        }
        let Some(after) = tx.case_in(id).await? else { continue };
        let draft = tx.draft_drawn_from(id).await?;
        drafts.extend(draft);
        let turned = Turned { before, after, draft, person: found.who(&id.to_string()).clone() };
        settle(&mut tx, id, &turned, &mut done).await?;
        done.cases += 1;
    }
    for draft in drafts {
        tx.outdate_draft(draft).await?;
    }
    if let Some(pseudonym) = &wish.pseudonym {
        close_accounts(&mut tx, found, (pseudonym, wish), (&mut done, now)).await?;
    }
    let told = format!("{} texts in {} cases, {} recordings", done.texts, done.cases, done.files);
    tx.note(Entry::new(&wish.by, Action::PersonErased, format!("person {}", found.person.hash()), told), now);
    tx.commit().await?;
    Ok(done)
}

/// Disables the accounts of the person and ends their sessions.
async fn close_accounts(
    tx: &mut Tx,
    found: &Found,
    (pseudonym, wish): (&str, &Wish),
    (done, now): (&mut Erased, Timestamp),
) -> Result<(), StoreError> {
    for account in &found.accounts {
        match tx.pseudonymise(account.id, pseudonym, now).await? {
            Changed::Done(after) => {
                let told = format!("{}, {}, disabled and under a pseudonym", after.name, after.role);
                tx.note(Entry::new(&wish.by, Action::AccountChanged, after.id, told), now);
                done.accounts += 1;
            }
            Changed::LastAdministrator => done.kept += 1,
            Changed::Nobody => {}
        }
    }
    Ok(())
}

/// Takes the person out of one text; false when they are not in it any more.
async fn rewrite(
    tx: &mut Tx,
    column: &TextColumn,
    (id, person): (&str, &Person),
    wish: &Wish,
) -> Result<bool, StoreError> {
    let Some(text) = tx.held_text(column, id).await? else { return Ok(false) };
    let new = if column.signed {
        wish.pseudonym.clone().unwrap_or_else(|| text.clone())
    } else if column.json {
        let unreadable = |e: serde_json::Error| StoreError::Unreadable { what: column.table, why: e.to_string() };
        let mut value: Value = serde_json::from_str(&text).map_err(unreadable)?;
        leaves(&mut value, wish.pseudonym.is_some(), &mut |leaf| *leaf = person.erase(leaf));
        value.to_string()
    } else {
        person.erase(&text)
    };
    if new == text {
        return Ok(false);
    }
    if (column.table, column.column) == ("interventions", "intake") {
        tx.remember_delivery(id, &text).await?;
    }
    tx.put_text(column, id, &new).await?;
    Ok(true)
}

/// Recordings in which the person is named, and those of a case that they tell themselves.
async fn remove_recordings(tx: &mut Tx, case: &Case, person: &Person, now: Timestamp) -> Result<usize, StoreError> {
    let tells = case.intervention.intake.technician.as_deref().is_some_and(|name| !person.find(name).is_empty());
    let mut files = 0;
    for recording in case.intervention.recordings() {
        let heard = case.transcripts.iter().find(|t| t.attachment == recording.id);
        if tells || heard.is_some_and(|t| !person.find(&t.text()).is_empty()) {
            files += usize::from(tx.remove_file(recording.id, now).await?);
        }
    }
    Ok(files)
}

/// Moves what points into the texts of a case: its redaction, its draft, and the revisions that rest on it.
async fn settle(tx: &mut Tx, id: InterventionId, turned: &Turned, done: &mut Erased) -> Result<(), StoreError> {
    if let Some(mut redaction) = tx.redaction_in(id).await? {
        for masked in &mut redaction.masked {
            if let Some((_, shift)) = turned.texts(&masked.source) {
                (masked.start, masked.end) = (shift.place(masked.start, false), shift.place(masked.end, true));
            }
        }
        tx.put_redaction(id, &redaction).await?;
    }
    let Some(draft) = turned.draft else { return Ok(()) };
    for column in TEXTS.iter().filter(|c| c.table == "drafts") {
        let Some(text) = tx.held_text(column, &draft.to_string()).await? else { continue };
        if let Some(moved) = turned.moved(&text, true, done) {
            tx.put_text(column, &draft.to_string(), &moved).await?;
        }
    }
    for revision in tx.resting_on(draft).await? {
        if let Some(moved) = turned.moved(&revision.content, revision.own != 0, done) {
            tx.rewrite_revision(&revision.procedure_id, revision.number, &moved).await?;
        }
    }
    Ok(())
}

impl Turned {
    /// A text afterwards, and where its places have gone; `None` when there is no such text.
    fn texts(&self, source: &Source) -> Option<(String, Shift)> {
        let before = self.before.text_of(source)?;
        let after = self.after.text_of(source)?;
        let mut spans = self.person.find(&before);
        if let Source::Transcript { attachment } = source {
            // Each segment is erased by itself.
            spans = Vec::new();
            let mut at = 0;
            for segment in
                self.before.transcripts.iter().filter(|t| t.attachment == *attachment).flat_map(|t| &t.segments)
            {
                let said = segment.text.trim();
                spans.extend(self.person.find(said).into_iter().map(|(start, end)| (at + start, at + end)));
                at += said.len() + 1;
            }
        }
        Some((after, Shift(spans)))
    }

    /// A structure whose quotes of this case stand where the words have gone; `None` when it has none.
    fn moved(&self, text: &str, own: bool, done: &mut Erased) -> Option<String> {
        let mut value: Value = serde_json::from_str(text).ok()?;
        let changed = evidence::each(&mut value, own, &mut |evidence, own| {
            let Some(source) = evidence.of(self.draft, own).cloned() else { return false };
            self.carry(evidence, &source, done)
        });
        changed.then(|| value.to_string())
    }

    fn carry(&self, evidence: &mut Evidence, source: &Source, done: &mut Erased) -> bool {
        if evidence.place.removed_at.is_some() {
            return false;
        }
        let Some((after, shift)) = self.texts(source) else { return false };
        let (start, end) = (evidence.place.start, evidence.place.end);
        // The quote itself is erased by now: what stood at its place must read the same, once it is erased too.
        let same = |quoted: &str| self.person.erase(quoted) == evidence.quote;
        let stood =
            end > start && self.before.text_of(source).is_some_and(|text| text.get(start..end).is_some_and(same));
        let place = if stood {
            Some((shift.place(start, false), shift.place(end, true)))
        } else {
            locate(&after, &evidence.quote)
        };
        let Some(new) = place.and_then(|(start, end)| self.after.evidence(source, start, end)) else {
            done.lost += 1;
            return false;
        };
        let new = Evidence { source: evidence.source.clone(), ..new };
        if new == *evidence {
            return false;
        }
        done.quotes += 1;
        *evidence = new;
        true
    }
}

/// Where the places of a text have gone once stretches of it were replaced.
struct Shift(Vec<(usize, usize)>);

impl Shift {
    /// A place afterwards; one inside a stretch that was replaced takes the whole of what stands there.
    fn place(&self, at: usize, end: bool) -> usize {
        let mut gone = 0;
        let mut put = 0;
        for (from, to) in &self.0 {
            if at <= *from {
                break;
            }
            if at < *to {
                let here = from - gone + put;
                return if end { here + ERASED.len() } else { here };
            }
            gone += to - from;
            put += ERASED.len();
        }
        at - gone + put
    }
}

/// Makes anew what the indexes hold of the drafts and procedures in which the person stood.
///
/// # Errors
/// When the database or the embedder fails: then run the erasure again, or `savoir reindex`.
pub async fn rebuild(db: &Db, found: &Found, embedder: &dyn Embedder) -> Result<usize, Fault> {
    let mut owners: BTreeSet<String> = BTreeSet::new();
    for occurrence in found.occurrences.iter().filter(|o| o.table == "passages") {
        owners.insert(occurrence.owner.clone());
    }
    let mut count = 0;
    for owner in owners {
        let known = match (owner.parse(), owner.parse()) {
            (Ok(id), _) if db.draft(id).await?.is_some() => Known::Draft(id),
            (_, Ok(id)) => Known::Procedure(id),
            _ => continue,
        };
        if db.passages_of(known).await?.is_empty() {
            continue;
        }
        let mut passages = match known {
            Known::Draft(id) => db.draft(id).await?.as_ref().map(passage::of_draft),
            Known::Procedure(id) => db.procedure(id, &house()).await?.as_ref().map(passage::of_procedure),
        }
        .unwrap_or_default();
        let texts: Vec<String> = passages.iter().map(passage::Passage::embedded_text).collect();
        let vectors = embedder.embed(&texts, Purpose::Passage).await?;
        for (passage, vector) in passages.iter_mut().zip(vectors) {
            (passage.vector, passage.embedder) = (Some(vector), Some(embedder.id().to_owned()));
        }
        let mut tx = db.begin().await?;
        tx.put_passages(known, passages).await?;
        tx.commit().await?;
        count += 1;
    }
    Ok(count)
}
