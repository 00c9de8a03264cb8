//! Questions to the text index. A question is words, never a query language.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound;

use savoir_models::draft::Known;
use savoir_models::id::PassageId;
use savoir_models::passage::{PassagePart, Shelf};
use savoir_models::text::Language;
use savoir_models::viewer::Audience;
use tantivy::collector::TopDocs;
use tantivy::columnar::Column;
use tantivy::query::{
    AllQuery, Bm25StatisticsProvider, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, RangeQuery, TermQuery,
    TermSetQuery,
};
use tantivy::schema::document::Value as _;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, Searcher, SegmentReader, TantivyDocument, Term};
use uuid::Uuid;

use super::{Fields, Shown, TextIndex, Texts, place};
use crate::index::analysis::words;
use crate::index::{Found, IndexError, Scope, code_terms, owner_key};

/// What a word in the title counts beside the same word in the body, where the title stands too.
const TITLE_BOOST: f32 = 0.6;

/// Words of a question that are looked up: the rarest ones, which decide anyway.
const MOST_TERMS: usize = 40;

/// Words of a question that are looked at before the rarest are chosen: a pasted report has them all in here.
const MOST_WORDS: usize = 400;

/// What a frugal question reads of the index, in postings of its words in one language: beyond it only [`FEWEST_TERMS`]
/// words make the time it takes grow with the house.
const FRUGAL_POSTINGS: u64 = 12_000;

/// Words that even a frugal question is asked with, however common they are.
const FEWEST_TERMS: usize = 6;

/// Parts of a question, and whether each must hold.
type Clauses = Vec<(Occur, Box<dyn Query>)>;

/// A still view of the index, for one question.
pub struct View {
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
    /// How many postings the words of a question may have, all together.
    pub(super) postings: u64,
}

impl TextIndex {
    /// A still view of the index, for one question.
    #[must_use]
    pub fn view(&self) -> View {
        let open = self.current();
        View { searcher: open.reader.searcher(), fields: open.fields, postings: u64::MAX }
    }
}

impl View {
    /// The same for long texts that are asked with often: only their rarest words, so that the work does not grow with
    /// what is known. (As "more like this" queries do; a common word tells two cases hardly apart.)
    #[must_use]
    pub fn frugal(self) -> Self {
        Self { postings: FRUGAL_POSTINGS, ..self }
    }

    /// Passages with the words of `text`, best first (BM25 over the fields of both languages).
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn by_words(&self, text: &str, scope: &Scope, limit: usize) -> Result<Vec<(Found, DocAddress)>, IndexError> {
        let Some(class) = scope.class else { return Ok(Vec::new()) };
        let clauses = self.clauses(text, class)?;
        if clauses.is_empty() {
            return Ok(Vec::new());
        }
        self.find(Box::new(BooleanQuery::new(clauses)), scope, limit)
    }

    /// Passages with one of these codes or references; the words of `text` only order them.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn by_codes(
        &self,
        (codes, references): (&[String], &[String]),
        text: &str,
        scope: &Scope,
        limit: usize,
    ) -> Result<Vec<(Found, DocAddress)>, IndexError> {
        let Some(class) = scope.class else { return Ok(Vec::new()) };
        let mut named: Clauses = Vec::new();
        for code in codes {
            // The code as it was asked for is worth more than its digits told without a letter.
            for (nth, key) in code_terms(code).into_iter().enumerate() {
                let score = if nth == 0 { 100.0 } else { 50.0 };
                named.push((Occur::Should, constant(exact(self.fields.codes, &key), score)));
            }
        }
        for reference in references {
            named.push((Occur::Should, constant(exact(self.fields.references, reference), 100.0)));
        }
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let mut query: Clauses = vec![(Occur::Must, Box::new(BooleanQuery::new(named)))];
        query.extend(self.clauses(text, class)?);
        self.find(Box::new(BooleanQuery::new(query)), scope, limit)
    }

    /// Everything in the scope, in no order that means anything.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn all(&self, scope: &Scope, limit: usize) -> Result<Vec<(Found, DocAddress)>, IndexError> {
        self.find(Box::new(AllQuery), scope, limit)
    }

    /// Where a passage stands, if it is here.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn place_of(&self, id: PassageId) -> Result<Option<DocAddress>, IndexError> {
        let top =
            self.searcher.search(&exact(self.fields.id, &id.to_string()), &TopDocs::with_limit(1).order_by_score())?;
        Ok(top.first().map(|(_, at)| *at))
    }

    /// What a hit shows.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn show(&self, at: DocAddress) -> Result<Shown, IndexError> {
        let doc: TantivyDocument = self.searcher.doc(at)?;
        let text = doc.get_first(self.fields.shown).and_then(|v| v.as_str()).unwrap_or_default();
        serde_json::from_str(text).map_err(|e| IndexError::Text(format!("a stored passage cannot be read: {e}")))
    }

    /// The share of the words of `text` that stand in no passage of `class` in any form, 0 to 1: misspelt ones, most of them.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn unknown(&self, text: &str, class: Audience) -> Result<f64, IndexError> {
        // In how many languages each word says something, and whether any passage has it. A stop word of one language is
        // a word that nobody uses in the other: it must not count as misspelt.
        let mut seen: BTreeMap<usize, (usize, bool)> = BTreeMap::new();
        for language in Language::ALL {
            let body = self.fields.of(class).body[place(*language)];
            for word in words(text, *language).into_iter().take(MOST_WORDS) {
                let here = self.searcher.doc_freq(&Term::from_field_text(body, &word.term))? > 0;
                let (languages, known) = seen.entry(word.at.start).or_default();
                *languages += 1;
                *known |= here;
            }
        }
        seen.retain(|_, (languages, _)| *languages == Language::ALL.len());
        let unknown = seen.values().filter(|(_, known)| !known).count();
        Ok(unknown as f64 / seen.len().max(1) as f64)
    }

    /// One clause a word, field and language.
    fn clauses(&self, text: &str, class: Audience) -> Result<Clauses, IndexError> {
        let mut out: Clauses = Vec::new();
        for language in Language::ALL {
            let Texts { title, body } = self.fields.of(class);
            let (body, title) = (body[place(*language)], title[place(*language)]);
            let mut counted: BTreeMap<String, u64> = BTreeMap::new();
            for word in words(text, *language).into_iter().take(MOST_WORDS) {
                if let Entry::Vacant(free) = counted.entry(word.term) {
                    let frequency = self.searcher.doc_freq(&Term::from_field_text(body, free.key()))?;
                    free.insert(frequency);
                }
            }
            let mut known: Vec<(String, u64)> = counted.into_iter().filter(|(_, n)| *n > 0).collect();
            known.sort_by_key(|(_, n)| *n);
            let mut postings = 0;
            for (nth, (term, frequency)) in known.into_iter().take(MOST_TERMS).enumerate() {
                postings += frequency;
                if nth >= FEWEST_TERMS && postings > self.postings {
                    break;
                }
                out.push((Occur::Should, scored(body, &term)));
                out.push((Occur::Should, Box::new(BoostQuery::new(scored(title, &term), TITLE_BOOST))));
            }
        }
        Ok(out)
    }

    /// Asks within the scope.
    fn find(&self, query: Box<dyn Query>, scope: &Scope, limit: usize) -> Result<Vec<(Found, DocAddress)>, IndexError> {
        let Some(class) = scope.class else { return Ok(Vec::new()) };
        let seen = Term::from_field_text(self.fields.classes, class.as_str());
        let statistics = OfClass { searcher: &self.searcher, docs: self.searcher.doc_freq(&seen)? };
        if statistics.docs == 0 || limit == 0 {
            return Ok(Vec::new());
        }
        let mut all = self.within(scope, class);
        all.push((Occur::Must, query));
        let top = TopDocs::with_limit(limit).order_by_score();
        let top = self.searcher.search_with_statistics_provider(&BooleanQuery::new(all), &top, &statistics)?;
        let mut columns: BTreeMap<u32, Columns> = BTreeMap::new();
        let mut out = Vec::with_capacity(top.len());
        for (score, at) in top {
            let columns = match columns.entry(at.segment_ord) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(free) => free.insert(Columns::of(self.searcher.segment_reader(at.segment_ord))?),
            };
            out.push((columns.found(at.doc_id, score)?, at));
        }
        Ok(out)
    }

    /// The scope as clauses that filter without scoring.
    fn within(&self, scope: &Scope, class: Audience) -> Clauses {
        let f = &self.fields;
        let mut out: Clauses = Vec::new();
        let mut must = |query: Box<dyn Query>| out.push((Occur::Must, Box::new(ConstScoreQuery::new(query, 0.0))));
        must(Box::new(exact(f.classes, class.as_str())));
        let exactly = [
            (f.shelf, scope.shelf.map(|s| s.as_str().to_owned())),
            (f.family, scope.family.clone()),
            (f.models, scope.model.clone()),
            (f.language, scope.language.map(|l| l.as_str().to_owned())),
            (f.part, scope.part.map(|p| p.as_str().to_owned())),
        ];
        for (field, value) in exactly {
            if let Some(value) = value {
                must(Box::new(exact(field, &value)));
            }
        }
        if let Some(code) = &scope.code {
            must(Box::new(TermSetQuery::new(code_terms(code).iter().map(|k| Term::from_field_text(f.codes, k)))));
        }
        if let Some(before) = scope.before {
            let end = Bound::Excluded(Term::from_field_i64(f.seq, before));
            must(Box::new(RangeQuery::new(Bound::Unbounded, end)));
        }
        if let Some(owner) = scope.except {
            out.push((Occur::MustNot, Box::new(exact(f.owner, &owner_key(owner)))));
        }
        out
    }
}

/// What words weigh for one class of readers: counted in the passages that it sees, as if there were no others.
struct OfClass<'s> {
    searcher: &'s Searcher,
    docs: u64,
}

impl Bm25StatisticsProvider for OfClass<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.docs)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        // What only filters is counted in all passages, and its weight in none.
        Ok(self.searcher.doc_freq(term)?.min(self.docs))
    }
}

fn exact(field: Field, value: &str) -> TermQuery {
    TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic)
}

fn scored(field: Field, term: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::WithFreqs))
}

fn constant(query: TermQuery, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(Box::new(query), score))
}

/// The columns that name a hit.
struct Columns {
    id: [Column<u64>; 2],
    owner: [Column<u64>; 2],
    kind: Column<u64>,
}

impl Columns {
    fn of(segment: &SegmentReader) -> Result<Self, IndexError> {
        let column = |name: &str| segment.fast_fields().u64(name);
        Ok(Self {
            id: [column("id_high")?, column("id_low")?],
            owner: [column("owner_high")?, column("owner_low")?],
            kind: column("kind")?,
        })
    }

    fn found(&self, doc: u32, score: f32) -> Result<Found, IndexError> {
        let number = |column: &Column<u64>| u128::from(column.first(doc).unwrap_or_default());
        let id = |[high, low]: &[Column<u64>; 2]| Uuid::from_u128(number(high) << 64 | number(low)).to_string();
        let broken = |e: savoir_models::id::NotAnId| IndexError::Text(e.to_string());
        let kind = self.kind.first(doc).unwrap_or_default();
        let owner = id(&self.owner);
        Ok(Found {
            id: id(&self.id).parse().map_err(broken)?,
            owner: match shelf_of(kind) {
                Shelf::Procedure => Known::Procedure(owner.parse().map_err(broken)?),
                Shelf::Draft => Known::Draft(owner.parse().map_err(broken)?),
            },
            part: if kind & 1 == 1 { PassagePart::Fix } else { PassagePart::Problem },
            score,
        })
    }
}

const fn shelf_of(kind: u64) -> Shelf {
    if kind & 2 == 2 { Shelf::Procedure } else { Shelf::Draft }
}
