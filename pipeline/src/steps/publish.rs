//! An approved procedure's passages and vectors are made: from here on its audience finds it.

use savoir_models::draft::Known;
use savoir_models::id::ProcedureId;
use savoir_models::passage;
use savoir_models::store::house;

use super::index::with_vectors;
use crate::fault::Fault;
use crate::kit::Kit;
use crate::step::Output;

pub(crate) async fn run(kit: &Kit, subject: &str) -> Result<Output, Fault> {
    let id: ProcedureId = subject.parse().map_err(Fault::never)?;
    let procedure =
        kit.db.procedure(id, &house()).await?.ok_or_else(|| Fault::never("this procedure no longer exists"))?;
    let passages = with_vectors(kit, passage::of_procedure(&procedure)).await?;
    Ok(Output::new(move |tx, _now| {
        Box::pin(async move {
            tx.put_passages(Known::Procedure(id), passages).await?;
            Ok(None)
        })
    })
    .with_passages())
}
