//! A delivery as it comes through the door: JSON, or a form whose files go to disk as they arrive.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use futures_util::{Stream, StreamExt};
use savoir_models::id::AttachmentId;
use savoir_models::intervention::{Attachment, AttachmentKind, FieldError, Intake};
use savoir_pipeline::blobs::{Blob, BlobError};

use super::media;
use crate::app::App;
use crate::error::{Code, Problem};
use crate::input;

/// More files than anybody sends with one case.
const MOST_FILES: usize = 100;
/// What may come between two pieces of a part's content: boundaries and headers. Without a bound, a header that never
/// ends would fill the memory.
const MOST_BETWEEN: u64 = 64 * 1024;

/// What was delivered.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) intake: Intake,
    pub(crate) files: Vec<Attachment>,
    /// Files that say they are recordings and are none: the reason to give when nothing else tells of the case.
    pub(crate) no_audio: Vec<FieldError>,
}

/// Takes a delivery in. Its files are kept under their hashes; files of a delivery that is
/// refused stay there, named by nobody.
pub(super) async fn receive(app: &App, request: Request) -> Result<Delivery, Problem> {
    input::plain(request.headers())?;
    if input::is_json(request.headers()) {
        let intake = input::parse(&input::read(app, request.into_body()).await?)?;
        return Ok(Delivery { intake, files: Vec::new(), no_audio: Vec::new() });
    }
    if input::is_form(request.headers()) {
        return delivery(app, request).await;
    }
    Err(input::wrong_type(request.headers(), "application/json, multipart/form-data"))
}

async fn delivery(app: &App, request: Request) -> Result<Delivery, Problem> {
    let Form { json, files } = form(app, request, "intervention").await?;
    let json = json.ok_or_else(|| {
        refuse(
            "intervention".into(),
            "missing",
            "is needed: send the intervention as JSON in a part of this name",
            "est nécessaire : envoyez l'intervention en JSON dans une partie de ce nom",
        )
    })?;
    let intake = input::parse(&json)?;
    let no_audio = files.iter().filter_map(|f| f.no_audio.clone()).collect();
    Ok(Delivery { intake, files: files.into_iter().map(|f| f.attachment).collect(), no_audio })
}

/// A form with one part of JSON and any number of files.
pub(super) struct Form {
    /// The JSON part's bytes, when it came.
    pub(super) json: Option<Vec<u8>>,
    /// The files, in order.
    pub(super) files: Vec<Sent>,
}

/// A file of a form.
pub(crate) struct Sent {
    /// The name of its part.
    pub(super) part: String,
    /// The file, kept already.
    pub(super) attachment: Attachment,
    /// Why it is no recording, when it says that it is one.
    pub(super) no_audio: Option<FieldError>,
}

/// Takes a form in: the part `json_part` is JSON, every other one a file.
pub(super) async fn form(app: &App, request: Request, json_part: &str) -> Result<Form, Problem> {
    let total = app.config.server.upload_total_limit_mib;
    let (parts, body) = request.into_parts();
    let between = Arc::new(AtomicU64::new(0));
    let metered = Metered { body, left: input::mib(total), between: between.clone(), rest: false };
    let request = Request::from_parts(parts, Body::from_stream(metered));
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| {
        Problem::new(
            Code::InvalidMultipart,
            "Content-Type: multipart/form-data needs a boundary.",
            "Content-Type : multipart/form-data demande une « boundary ».",
        )
    })?;
    let (mut json, mut files) = (None, Vec::new());
    while let Some(field) = form.next_field().await.map_err(|e| broken(&e, total))? {
        let part = field.name().unwrap_or_default().to_owned();
        if part == json_part {
            if json.is_some() {
                return Err(refuse(
                    part,
                    "duplicate",
                    "stands twice: send one",
                    "figure deux fois : envoyez-en une seule",
                ));
            }
            json = Some(whole(app, field, &between, total).await?);
            continue;
        }
        let place = format!("{}[{}]", if part.is_empty() { "file" } else { &part }, files.len());
        if files.len() == MOST_FILES {
            let (en, fr) = (format!("at most {MOST_FILES} files"), format!("{MOST_FILES} fichiers au plus"));
            return Err(Problem::field(Code::InvalidFields, FieldError::new(place, "too_many", en, fr)));
        }
        let (attachment, no_audio) = file(app, field, &place, (&between, total)).await?;
        files.push(Sent { part, attachment, no_audio });
    }
    Ok(Form { json, files })
}

fn refuse(field: String, code: &'static str, en: &str, fr: &str) -> Problem {
    Problem::field(Code::InvalidFields, FieldError::new(field, code, en, fr))
}

/// The JSON part, under the JSON limit.
async fn whole(app: &App, mut field: Field<'_>, between: &AtomicU64, total: u64) -> Result<Vec<u8>, Problem> {
    let limit = app.config.server.json_limit_mib;
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        between.store(0, Ordering::Relaxed);
        let chunk = chunk.map_err(|e| broken(&e, total))?;
        if (bytes.len() + chunk.len()) as u64 > input::mib(limit) {
            return Err(input::too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// A file part: straight to the blobs, then judged by its first bytes.
async fn file(
    app: &App,
    field: Field<'_>,
    place: &str,
    (between, total): (&Arc<AtomicU64>, u64),
) -> Result<(Attachment, Option<FieldError>), Problem> {
    let limit = app.config.server.upload_file_limit_mib;
    let declared = field.content_type().unwrap_or_default().to_ascii_lowercase();
    let name = media::plain_name(field.file_name().unwrap_or_default());
    // The blobs keep the words of an error, not the error: whether it was a limit is asked here.
    let mut fault = None;
    let kept = {
        let counted = field.map(|chunk| {
            between.store(0, Ordering::Relaxed);
            chunk.map_err(|e| {
                let text = e.body_text();
                fault = Some(broken(&e, total));
                text
            })
        });
        app.kit.blobs.put(counted, input::mib(limit)).await
    };
    let blob = match (kept, fault) {
        (Ok(blob), _) => blob,
        (Err(_), Some(problem)) => return Err(problem),
        (Err(BlobError::TooLarge { .. }), None) => return Err(file_too_large(place, limit)),
        (Err(error), None) => return Err(error.into()),
    };
    judge(blob, name, &declared, place)
}

fn judge(blob: Blob, name: String, declared: &str, place: &str) -> Result<(Attachment, Option<FieldError>), Problem> {
    if blob.bytes == 0 {
        return Err(refuse(
            place.to_owned(),
            "empty",
            "is an empty file: send it again or leave it out",
            "est un fichier vide : renvoyez-le ou retirez-le",
        ));
    }
    let found = media::judge(&blob.head, declared);
    let doubt = (found.kind != AttachmentKind::Audio && media::claims_audio(&name, declared)).then(|| {
        let (en, fr) = (found.said_en, found.said_fr);
        FieldError::new(
            place,
            "not_audio",
            format!("« {name} » is no recording but {en}: send wav, flac, mp3, m4a, ogg, webm or aiff"),
            format!(
                "« {name} » n'est pas un enregistrement mais {fr} : envoyez du wav, flac, mp3, m4a, ogg, webm ou aiff"
            ),
        )
    });
    let attachment = Attachment {
        id: AttachmentId::new(),
        kind: found.kind,
        name,
        media_type: found.media_type.to_owned(),
        bytes: i64::try_from(blob.bytes).unwrap_or(i64::MAX),
        blob: blob.hash,
        question: None,
        removed_at: None,
    };
    Ok((attachment, doubt))
}

fn file_too_large(place: &str, limit: u64) -> Problem {
    let (en, fr) = (
        format!("is over {limit} MiB: shorten or compress it"),
        format!("dépasse {limit} Mio : raccourcissez-le ou compressez-le"),
    );
    Problem::field(Code::TooLarge, FieldError::new(place, "too_large", en, fr))
}

/// What the reader of forms says, sorted into ours.
fn broken(error: &MultipartError, total: u64) -> Problem {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        match inner.downcast_ref::<Cut>() {
            Some(Cut::TooLarge) => return input::too_large(total),
            Some(Cut::Between) => {
                return Problem::new(
                    Code::InvalidMultipart,
                    "A part's headers are longer than 64 KiB.",
                    "Les en-têtes d'une partie dépassent 64 Kio.",
                );
            }
            Some(Cut::BrokenOff) => return Code::BrokenOff.into(),
            None => cause = inner.source(),
        }
    }
    let text = error.body_text();
    if text.contains("incomplete") {
        return Code::BrokenOff.into();
    }
    Problem::new(
        Code::InvalidMultipart,
        format!("The form cannot be read: {text}."),
        format!("Le formulaire est illisible : {text}."),
    )
}

/// Why the body was cut.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error("the upload is too large")]
    TooLarge,
    #[error("a part's headers are too long")]
    Between,
    #[error("the upload broke off")]
    BrokenOff,
}

/// The body, counted; and a piece at a time: the form's reader otherwise swallows all that the network has at once.
struct Metered {
    body: Body,
    left: u64,
    between: Arc<AtomicU64>,
    rest: bool,
}

impl Stream for Metered {
    type Item = Result<Bytes, Cut>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.rest) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        use axum::body::HttpBody;
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(cx));
        let Some(frame) = frame else { return Poll::Ready(None) };
        let Ok(frame) = frame else { return Poll::Ready(Some(Err(Cut::BrokenOff))) };
        let data = frame.into_data().unwrap_or_default();
        let size = data.len() as u64;
        if size > self.left {
            return Poll::Ready(Some(Err(Cut::TooLarge)));
        }
        self.left -= size;
        // One piece may itself be large; what counts is that nothing of what came before it was content.
        if self.between.fetch_add(size, Ordering::Relaxed) > MOST_BETWEEN {
            return Poll::Ready(Some(Err(Cut::Between)));
        }
        self.rest = true;
        Poll::Ready(Some(Ok(data)))
    }
}
