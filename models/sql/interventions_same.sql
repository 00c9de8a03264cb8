SELECT id, stage, intake FROM interventions WHERE source = $1 AND external_id = $2
