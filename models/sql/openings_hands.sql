-- Who edited the draft that a revision was approved from.
SELECT DISTINCT edits.author, edits.hand
FROM revisions
JOIN reviews ON reviews.id = revisions.review_id
JOIN edits ON edits.draft_id = reviews.draft_id
WHERE revisions.procedure_id = $1 AND revisions.number = $2
