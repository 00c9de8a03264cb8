//! A house with a word in every place that somebody must not see.

use savoir_models::content::{Content, Statement};
use savoir_models::id::{AttachmentId, InterventionId, ProcedureId};
use savoir_models::intervention::{Attachment, AttachmentKind, Stage};
use savoir_models::review::Decision;
use savoir_models::store::Decided;
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_tests::data::{content, intake, reading, reviewed, said};
use savoir_tests::house::House;

/// In a step that is for the office alone, of a procedure that customers see.
pub(super) const OFFICE: &str = "zarbinterne";
/// In a step for technicians, in a part, its reference and a cause.
pub(super) const TECHNICIAN: &str = "zarbtechnique";
/// In a step for contractors.
pub(super) const CONTRACTOR: &str = "zarbprestataire";
/// In the title of a procedure for the office alone.
pub(super) const TITLE: &str = "zarbbureau";
/// In a step that can hurt and waits for the safety role.
pub(super) const DANGER: &str = "zarbdanger";
/// In a case of another customer and another contractor.
pub(super) const SITE: &str = "zarbsite";
/// The name of a person in that case, who was redacted.
pub(super) const PERSON: &str = "Zarbovitch";

/// Procedures, one for each way of being hidden, as long as `seen` keeps them: the house as it would be if what it does
/// not keep had never been written.
pub(super) async fn knowledge(house: &House, seen: impl Fn(&str, Content) -> Option<Content>) -> Vec<ProcedureId> {
    let narrowed = |text: String, audience| Statement { audience: Some(audience), ..said(&text) };
    let mut open =
        content("Ensacheuse : arrêt en E42", "Arrêt en E42, mâchoire froide", "Ouvrez le capot de la mâchoire");
    open.cause = Some(narrowed(format!("Lot {TECHNICIAN} de thermocouples"), Audience::Technician));
    open.parts = vec![savoir_models::content::Part {
        statement: narrowed(format!("thermocouple {TECHNICIAN}"), Audience::Technician),
        reference: Some("ZARBREF-77".into()),
        quantity: None,
    }];
    open.steps
        .push(narrowed(format!("Lisez le paramètre {OFFICE} caché thermocouple thermocouple"), Audience::Internal));
    open.steps.push(narrowed(format!("Réglez la table {TECHNICIAN} du thermocouple"), Audience::Technician));
    open.steps.push(narrowed(format!("Notez {CONTRACTOR} sur le bon"), Audience::Contractor));
    open.steps.push(said("Remplacez le thermocouple et refermez le capot"));
    let hidden =
        content(&format!("Ensacheuse {TITLE} : arrêt en E42"), "Arrêt en E42 connu", "Remplacez le thermocouple");
    let hurts =
        content("Ensacheuse : armoire muette", "Armoire muette", &format!("Mettez l'armoire hors tension, {DANGER}"));
    let plain = content("Ensacheuse : film déchiré", "Le film se déchire", "Nettoyez la mâchoire et le thermocouple");
    let all = [
        ("open", Audience::Customer, open),
        ("hidden", Audience::Internal, hidden),
        ("hurts", Audience::Customer, hurts),
        ("plain", Audience::Customer, plain),
    ];
    let mut made = Vec::new();
    for (name, audience, content) in all {
        let Some(content) = seen(name, content) else { continue };
        let (_, _, review) = reviewed(&house.kit.db, &intake(&format!("K-{name}"), "Fait."), content).await;
        let (decision, expert) = (Decision::Approve { audience, into: None }, Viewer::new("Anne", Role::Expert));
        let decided =
            house.kit.db.decide(review.id, &decision, &expert, reading(1), house.kit.clock.now()).await.unwrap();
        let Decided::Done(Some(id)) = decided else { panic!("{name}: {decided:?}") };
        made.push(id);
    }
    house.work().await;
    made
}

/// Two cases: one of Nordservice at Laiterie du Val, one of Sudservice at Brasserie du Parc, each with a file; the second
/// is full of words for itself alone. A third was counted to the procedure of the office.
pub(super) async fn cases(house: &House) -> (Vec<InterventionId>, Vec<AttachmentId>) {
    let (mut made, mut files) = (Vec::new(), Vec::new());
    let parties = [("Laiterie du Val", "Nordservice", ""), ("Brasserie du Parc", "Sudservice", SITE)];
    for (customer, provider, word) in parties {
        let mut given = intake(
            &format!("C-{provider}"),
            &format!("Au site {word}, remplacez le thermocouple coupé. Mme {PERSON} relance."),
        );
        if word.is_empty() {
            given.report = Some("Remplacez le thermocouple coupé, puis relancez un cycle.".into());
        }
        (given.customer, given.provider) = (Some(customer.into()), Some(provider.into()));
        given.equipment.serial = Some(format!("S-{word}"));
        let plan = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(format!("plan {word}")))]);
        let blob = house.kit.blobs.put(plan, 1_000).await.unwrap();
        let file = Attachment {
            id: AttachmentId::new(),
            kind: AttachmentKind::Other,
            name: format!("plan-{word}.pdf"),
            media_type: "application/pdf".into(),
            bytes: i64::try_from(format!("plan {word}").len()).unwrap(),
            blob: blob.hash,
            question: None,
            removed_at: None,
        };
        let (id, now) = (InterventionId::new(), house.kit.clock.now());
        let mut tx = house.kit.db.begin().await.unwrap();
        tx.accept(id, &given, std::slice::from_ref(&file), now).await.unwrap();
        tx.commit().await.unwrap();
        made.push(id);
        files.push(file.id);
    }
    house.work().await;
    let (merged, now) = (InterventionId::new(), house.kit.clock.now());
    let mut given = intake("C-merged", "Remplacez le thermocouple.");
    (given.customer, given.provider) = (Some("Laiterie du Val".into()), Some("Nordservice".into()));
    let mut tx = house.kit.db.begin().await.unwrap();
    tx.add_intervention(merged, &given, &[], Stage::Compared, now).await.unwrap();
    let why = format!("Déjà décrit par « Ensacheuse {TITLE} »");
    tx.move_cases(&[merged], Stage::Merged, None, Some(&why), now).await.unwrap();
    tx.commit().await.unwrap();
    made.push(merged);
    (made, files)
}
