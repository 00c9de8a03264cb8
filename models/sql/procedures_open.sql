UPDATE procedures SET audience = 'customer', updated_at = $3
WHERE id = $1 AND revision = $2 AND confidence <> 'archived'
