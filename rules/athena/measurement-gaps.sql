-- question: Which objectives were not measured all of the time, month by month?
-- columns: covered is the percent of the days with rows that was measured; gaps counts interruptions.
SELECT
  substr(day, 1, 7) AS month,
  system,
  component,
  objective,
  count(DISTINCT day) AS days,
  round(100.0 * sum(covered_seconds) / sum(seconds), 2) AS covered,
  sum(gaps) AS gaps
FROM slo_daily
GROUP BY substr(day, 1, 7), system, component, objective
HAVING sum(covered_seconds) < sum(seconds)
ORDER BY month DESC, covered, system, component, objective
