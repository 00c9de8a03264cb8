//! Recordings become transcripts.

use savoir_models::evidence::Case;
use savoir_models::id::InterventionId;
use savoir_models::intervention::Stage;
use savoir_models::job::Step;
use savoir_models::text::Language;
use savoir_models::transcript::Transcript;

use crate::fault::{Fault, Need};
use crate::kit::Kit;
use crate::progress::Progress;
use crate::speech::{Heard, Hints};
use crate::step::Output;

pub(crate) async fn run(kit: &Kit, id: InterventionId, progress: &Progress) -> Result<Output, Fault> {
    let case = super::case(kit, id).await?;
    let transcriber = kit.transcriber.as_ref().map_err(|remedy| Fault::missing(Need::Speech, remedy))?;
    let hints = hints(&case);
    let recordings: Vec<_> = case.intervention.recordings().filter(|r| r.removed_at.is_none()).cloned().collect();
    let mut transcripts = Vec::new();
    for (done, recording) in recordings.iter().enumerate() {
        // What was heard before the case came back here (a retry, an answer) stays heard.
        if case.transcripts.iter().any(|t| t.attachment == recording.id) {
            continue;
        }
        let path = kit.blobs.path(&recording.blob).await.map_err(Fault::later)?;
        let begun = kit.clock.now();
        let share = Progress::default();
        let hearing = transcriber.transcribe(&path, &hints, &share);
        let heard = watch(hearing, &share, progress, (done, recordings.len())).await;
        let (heard, note) = match heard {
            Ok(heard) => (heard, None),
            // What is told elsewhere is worth going on with: the recording stays, with what is wrong with it.
            Err(Fault::Never { reason }) if told_elsewhere(&case, recordings.len()) => (nothing(&case), Some(reason)),
            Err(fault) => return Err(named(fault, &recording.name)),
        };
        let transcript = Transcript {
            attachment: recording.id,
            language: heard.language,
            model: transcriber.model().to_owned(),
            duration_ms: heard.duration_ms,
            took_ms: i64::try_from(kit.clock.now().since(begun).as_millis()).unwrap_or(i64::MAX),
            segments: heard.segments,
            note,
        };
        transcripts.push((transcript, recording.question));
    }
    Ok(Output::new(move |tx, now| {
        Box::pin(async move {
            for (transcript, question) in &transcripts {
                tx.put_transcript(id, transcript).await?;
                if let Some(question) = question {
                    tx.hear_answer(*question, &transcript.text()).await?;
                }
            }
            tx.move_to(id, Stage::Transcribed, None, now).await?;
            Ok(Some(Step::Redact))
        })
    }))
}

/// Carries one recording's progress over to the job's.
async fn watch<T>(work: impl Future<Output = T>, share: &Progress, whole: &Progress, (done, of): (usize, usize)) -> T {
    tokio::pin!(work);
    loop {
        tokio::select! {
            result = &mut work => return result,
            () = tokio::time::sleep(std::time::Duration::from_millis(200)) => {
                #[expect(clippy::cast_precision_loss, reason = "a share for people to look at")]
                whole.set((done as f32 + share.get()) / of.max(1) as f32);
            }
        }
    }
}

/// Says which file a fault is about, and what helps: the delivery itself cannot be changed.
fn named(fault: Fault, name: &str) -> Fault {
    match fault {
        Fault::Never { reason } => Fault::never(format!(
            "{name}: {reason}. Nothing else tells what was done: deliver the case again under another external_id, with a report or a sound recording"
        )),
        other => other,
    }
}

/// Whether there is a report, actions or another recording beside the one that cannot be heard.
fn told_elsewhere(case: &Case, recordings: usize) -> bool {
    let intake = &case.intervention.intake;
    let written = intake.report.iter().chain(&intake.actions).any(|text| !text.trim().is_empty());
    written || recordings > 1
}

/// What is heard of a recording that cannot be.
fn nothing(case: &Case) -> Heard {
    let language = case.language().unwrap_or(Language::French);
    Heard { language, duration_ms: 0, segments: Vec::new() }
}

/// What is likely to be said: the machine, its codes, its parts.
fn hints(case: &Case) -> Hints {
    let intake = &case.intervention.intake;
    let equipment = &intake.equipment;
    let words = [&equipment.family, &equipment.manufacturer, &equipment.model].into_iter().flatten().cloned();
    let parts = intake.parts.iter().filter_map(|p| p.name.clone());
    let vocabulary = words.chain(intake.request.error_codes.iter().cloned()).chain(parts).collect();
    Hints { language: intake.language, vocabulary }
}
