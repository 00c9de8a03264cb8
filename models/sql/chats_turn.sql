-- A turn that began from another version than the row's is none.
UPDATE chats SET language = $3, state = $4, asked = $5, machine = $6, symptom = $7, code = $8, urgency = $9,
    procedure_id = $10, revision = $11, step = $12, tried = $13, strays = $14, unclear = $15, told = $16, messages = $17,
    version = version + 1, updated_at = $18
WHERE id = $1 AND version = $2
