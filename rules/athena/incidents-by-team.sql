-- question: How many incidents did each team have, month by month, and how late were they seen?
-- columns: still open, opened again, and the longest times to detect and to acknowledge in minutes.
SELECT
  substr(day, 1, 7) AS month,
  team,
  system,
  count(*) AS incidents,
  sum(CASE WHEN status = 'open' THEN 1 ELSE 0 END) AS still_open,
  sum(reopened) AS reopened,
  round(max(to_detect) / 60.0, 1) AS detect,
  round(max(to_acknowledge) / 60.0, 1) AS acknowledge
FROM incidents
GROUP BY substr(day, 1, 7), team, system
ORDER BY month DESC, incidents DESC, team, system
