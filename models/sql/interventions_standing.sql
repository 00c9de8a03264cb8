-- Where a case stands and what it was counted to.
SELECT interventions.stage, interventions.intake, interventions.procedure_id, cases.draft_id AS counted,
       drafts.id AS own
FROM interventions
LEFT JOIN cases ON cases.intervention_id = interventions.id
LEFT JOIN drafts ON drafts.intervention_id = interventions.id
WHERE interventions.id = $1
