INSERT INTO chat_messages (id, chat_id, position, answers, kind, sentence, text, choices, procedure_id, revision, path,
    client_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
