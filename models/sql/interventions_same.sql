SELECT id, stage, intake, delivered_as FROM interventions WHERE source = $1 AND external_id = $2
