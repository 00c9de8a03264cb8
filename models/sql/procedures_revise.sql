UPDATE procedures SET revision = $2, audience = $3, cases = cases + $4, updated_at = $5
WHERE id = $1 AND revision = $2 - 1 AND confidence <> 'archived'
