-- A case that was merged, rejected or reopened carries a reason too, and waits for nothing in the house.
SELECT COUNT(*) FROM interventions
WHERE waiting IS NOT NULL AND stage NOT IN ('merged', 'rejected', 'reopened')
