-- A case that was merged or rejected carries a reason too, and waits for nothing.
SELECT COUNT(*) FROM interventions
WHERE waiting IS NOT NULL AND stage NOT IN ('merged', 'rejected')
