UPDATE reviews SET
    cases = cases - 1,
    minutes = minutes - $2,
    worth = (minutes - $2) * 1.0
WHERE draft_id = $1
