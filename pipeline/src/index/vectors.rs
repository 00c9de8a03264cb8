//! The vectors: in process (Qdrant Edge), in a Qdrant server, or in memory. All three answer the same questions alike.

pub mod edge;
pub mod server;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use savoir_models::draft::Known;
use savoir_models::id::PassageId;
use savoir_models::passage::{Passage, PassagePart};
use savoir_models::viewer::Audience;

use crate::embed::Embedder;
use crate::index::follow::Labelled;
use crate::index::vectors::edge::Edge;
use crate::index::vectors::server::Server;
use crate::index::{Found, IndexError, Labels, Scope, code_terms, owner_key};

/// Another version of the payload means: build anew, beside what is there.
const VERSION: u32 = 2;

/// Payload fields that a question may filter by; each gets an index, without which a filter scans everything.
pub(crate) const FILTERED: [&str; 8] = ["owner", "shelf", "part", "classes", "language", "family", "models", "codes"];

/// The payload field with the place in the order that all followers share.
pub(crate) const SEQ: &str = "seq";

/// The space that vectors live in: vectors of another one are never mixed with these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// Which embedder makes them.
    pub embedder: String,
    /// How long they are.
    pub dimensions: usize,
}

impl Space {
    /// The space of an embedder.
    #[must_use]
    pub fn of(embedder: &dyn Embedder) -> Self {
        Self { embedder: embedder.id().to_owned(), dimensions: embedder.dimensions() }
    }

    /// Whether the passage has a vector of this space.
    #[must_use]
    pub fn holds(&self, passage: &Passage) -> bool {
        self.vector(passage).is_some()
    }

    pub(crate) fn vector<'p>(&self, passage: &'p Passage) -> Option<&'p [f32]> {
        let mine = passage.embedder.as_deref() == Some(self.embedder.as_str());
        passage.vector.as_deref().filter(|v| mine && v.len() == self.dimensions)
    }

    /// A name for its folder or collection: letters, digits, dashes.
    #[must_use]
    pub fn name(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' };
        let id: String = self.embedder.chars().map(plain).collect();
        format!("{id}-{}-v{VERSION}", self.dimensions)
    }
}

/// Where the vectors are kept.
#[derive(Debug, Clone)]
pub enum Place {
    /// In the index folder, by this process.
    Edge,
    /// In a Qdrant server or cluster.
    Server(server::Address),
    /// In memory, for as long as the process lives: for tests and measurements.
    Memory,
}

/// The vector index.
#[derive(Debug)]
pub enum Vectors {
    /// In process.
    Edge(Edge),
    /// In a server.
    Server(Server),
    /// In memory.
    Memory(Memory),
}

impl Vectors {
    /// Opens what is there for this space, or starts it. A server is not called yet: it may come later.
    ///
    /// # Errors
    /// When the folder cannot be used, or another process has it.
    pub async fn open(place: Place, folder: &Path, space: &Space) -> Result<Self, IndexError> {
        Ok(match place {
            Place::Edge => Self::Edge(Edge::open(folder, space).await?),
            Place::Server(address) => Self::Server(Server::new(&address, space)?),
            Place::Memory => Self::Memory(Memory::default()),
        })
    }

    /// Vectors in it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn count(&self) -> Result<u64, IndexError> {
        match self {
            Self::Edge(edge) => edge.count().await,
            Self::Server(server) => server.count().await,
            Self::Memory(memory) => Ok(memory.inner().points.len() as u64),
        }
    }

    /// The `seq` up to which it has followed.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn cursor(&self) -> Result<i64, IndexError> {
        match self {
            Self::Edge(edge) => Ok(edge.cursor()),
            Self::Server(server) => server.cursor().await,
            Self::Memory(memory) => Ok(memory.inner().cursor),
        }
    }

    /// The nearest passages of the scope, best first; `score` is the cosine. None below `floor`.
    ///
    /// # Errors
    /// When it cannot be read; [`IndexError::Unreachable`] when the server is not there.
    pub async fn nearest(
        &self,
        vector: &[f32],
        scope: &Scope,
        floor: f32,
        limit: usize,
    ) -> Result<Vec<Found>, IndexError> {
        let Some(class) = scope.class else { return Ok(Vec::new()) };
        if limit == 0 || vector.iter().all(|x| *x == 0.0) {
            return Ok(Vec::new());
        }
        let asked = Asked { vector: vector.to_vec(), conditions: Conditions::of(scope, class), floor, limit };
        match self {
            Self::Edge(edge) => edge.nearest(asked).await,
            Self::Server(server) => server.nearest(asked).await,
            Self::Memory(memory) => Ok(memory.nearest(&asked)),
        }
    }

    /// Starts anew when somebody deleted the folder or the collection meanwhile.
    pub(crate) async fn revive(&self) -> Result<(), IndexError> {
        match self {
            Self::Edge(edge) => edge.revive().await,
            Self::Server(server) => server.revive().await,
            Self::Memory(_) => Ok(()),
        }
    }

    /// Empties it and forgets the cursor.
    pub(crate) async fn clear(&self) -> Result<(), IndexError> {
        match self {
            Self::Edge(edge) => edge.clear().await,
            Self::Server(server) => server.clear().await,
            Self::Memory(memory) => {
                *memory.inner() = Held::default();
                Ok(())
            }
        }
    }

    /// Builds the graph that makes large collections fast, and gives back the room of what was taken away.
    ///
    /// Takes minutes when there is much to do, and holds up followers of this process meanwhile (not readers). A server
    /// does this by itself.
    ///
    /// # Errors
    /// When the disk is full or unreadable.
    pub async fn optimize(&self) -> Result<(), IndexError> {
        match self {
            Self::Edge(edge) => edge.optimize().await,
            Self::Server(_) | Self::Memory(_) => Ok(()),
        }
    }

    /// Applies changes, then moves the cursor.
    pub(crate) async fn apply(&self, batch: &[Labelled], space: &Space, cursor: i64) -> Result<(), IndexError> {
        let mut puts = Vec::new();
        let mut gone = Vec::new();
        for one in batch {
            let passage = one.change.passage.as_ref();
            match (passage.and_then(|p| space.vector(p)), &one.labels) {
                (Some(vector), Some(labels)) => {
                    puts.push(Point {
                        id: one.change.id,
                        seq: one.change.seq,
                        vector: vector.to_vec(),
                        labels: labels.clone(),
                    });
                }
                // Taken away, or without a vector of this space: an older vector would no longer tell the truth.
                _ => gone.push(one.change.id),
            }
        }
        match self {
            Self::Edge(edge) => edge.apply(puts, gone, cursor).await,
            Self::Server(server) => server.apply(puts, gone, cursor).await,
            Self::Memory(memory) => {
                memory.apply(puts, &gone, cursor);
                Ok(())
            }
        }
    }
}

/// A vector with what it is filtered by.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    pub(crate) id: PassageId,
    pub(crate) seq: i64,
    pub(crate) vector: Vec<f32>,
    pub(crate) labels: Labels,
}

impl Point {
    /// The labels as payload fields: every one of [`FILTERED`] with its values.
    pub(crate) fn fields(&self) -> Vec<(&'static str, Vec<String>)> {
        let l = &self.labels;
        vec![
            ("owner", vec![owner_key(l.owner)]),
            ("shelf", vec![l.shelf().to_string()]),
            ("part", vec![l.part.to_string()]),
            ("classes", l.classes.iter().map(ToString::to_string).collect()),
            ("language", vec![l.language.to_string()]),
            ("family", l.family.iter().cloned().collect()),
            ("models", l.models.clone()),
            ("codes", l.codes.clone()),
        ]
    }
}

/// A question to the vectors.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) vector: Vec<f32>,
    pub(crate) conditions: Conditions,
    pub(crate) floor: f32,
    pub(crate) limit: usize,
}

/// A scope as field conditions: each field of `must` has one of its values, no field of `never` has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conditions {
    pub(crate) must: Vec<(&'static str, Vec<String>)>,
    pub(crate) never: Vec<(&'static str, Vec<String>)>,
    /// [`SEQ`] is below this.
    pub(crate) before: Option<i64>,
}

impl Conditions {
    fn of(scope: &Scope, class: Audience) -> Self {
        let mut must: Vec<(&'static str, Vec<String>)> = vec![("classes", vec![class.to_string()])];
        must.extend(scope.shelf.map(|s| ("shelf", vec![s.to_string()])));
        must.extend(scope.part.map(|p| ("part", vec![p.to_string()])));
        must.extend(scope.language.map(|l| ("language", vec![l.to_string()])));
        must.extend(scope.family.clone().map(|f| ("family", vec![f])));
        must.extend(scope.model.clone().map(|m| ("models", vec![m])));
        must.extend(scope.code.as_deref().map(|c| ("codes", code_terms(c))));
        let never = scope.except.map(|o| ("owner", vec![owner_key(o)])).into_iter().collect();
        Self { must, never, before: scope.before }
    }

    fn hold(&self, point: &Point) -> bool {
        let fields = point.fields();
        let has = |(name, wanted): &(&str, Vec<String>)| {
            fields.iter().any(|(n, values)| n == name && values.iter().any(|v| wanted.contains(v)))
        };
        let in_time = self.before.is_none_or(|end| point.seq < end);
        in_time && self.must.iter().all(has) && !self.never.iter().any(has)
    }
}

/// What a point's payload says of it.
pub(crate) fn found(id: &str, owner: &str, part: &str, score: f32) -> Result<Found, IndexError> {
    let broken = |what: &str| IndexError::Vectors(format!("the point {id} has an unreadable {what}"));
    let owner = match owner.split_once('/') {
        Some(("procedure", id)) => Known::Procedure(id.parse().map_err(|_| broken("owner"))?),
        Some(("draft", id)) => Known::Draft(id.parse().map_err(|_| broken("owner"))?),
        _ => return Err(broken("owner")),
    };
    let part: PassagePart = part.parse().map_err(|_| broken("part"))?;
    Ok(Found { id: id.parse().map_err(|_| broken("identifier"))?, owner, part, score })
}

/// Vectors in memory: every question looks at every vector.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    points: HashMap<PassageId, Point>,
    cursor: i64,
}

impl Memory {
    fn inner(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn apply(&self, puts: Vec<Point>, gone: &[PassageId], cursor: i64) {
        let mut held = self.inner();
        for id in gone {
            held.points.remove(id);
        }
        held.points.extend(puts.into_iter().map(|p| (p.id, p)));
        held.cursor = cursor;
    }

    fn nearest(&self, asked: &Asked) -> Vec<Found> {
        let held = self.inner();
        let mut out: Vec<Found> = held
            .points
            .values()
            .filter(|p| asked.conditions.hold(p))
            .map(|p| Found {
                id: p.id,
                owner: p.labels.owner,
                part: p.labels.part,
                score: crate::embed::builtin::cosine(&p.vector, &asked.vector),
            })
            .filter(|f| f.score >= asked.floor)
            .collect();
        out.sort_by(|a, b| b.score.total_cmp(&a.score));
        out.truncate(asked.limit);
        out
    }
}
