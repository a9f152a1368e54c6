-- question: Which objectives were missed, month by month?
-- columns: target and achieved in percent of good events; covered is the percent of the month that was measured.
SELECT
  substr(day, 1, 7) AS month,
  system,
  component,
  objective,
  max(target) AS target,
  round(100.0 * (1.0 - sum(bad) / sum(valid)), 4) AS achieved,
  round(100.0 * sum(covered_seconds) / sum(seconds), 1) AS covered
FROM slo_daily
WHERE valid > 0
GROUP BY substr(day, 1, 7), system, component, objective
HAVING 100.0 * sum(bad) > sum(valid) * CAST(100 - max(target) AS double)
ORDER BY month DESC, system, component, objective
