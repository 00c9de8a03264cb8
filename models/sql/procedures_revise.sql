-- An expert vouches for what it says from now on.
UPDATE procedures SET revision = $2, audience = $3, confidence = 'validated', updated_at = $4
WHERE id = $1 AND revision = $2 - 1 AND confidence <> 'archived'
