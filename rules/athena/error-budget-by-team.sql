-- question: How much of its error budgets did each team spend, month by month?
-- columns: objectives with events, those that were missed, and the budget spent in percent: by all, and by the worst.
WITH objectives AS (
  SELECT
    substr(day, 1, 7) AS month,
    team,
    system,
    component,
    objective,
    100.0 * sum(bad) AS bad,
    sum(valid * CAST(100 - target AS double)) AS allowed
  FROM slo_daily
  WHERE valid > 0
  GROUP BY substr(day, 1, 7), team, system, component, objective
)
SELECT
  month,
  team,
  count(*) AS objectives,
  sum(CASE WHEN bad > allowed THEN 1 ELSE 0 END) AS missed,
  round(100.0 * avg(bad / nullif(allowed, 0.0)), 1) AS mean_spent,
  round(100.0 * max(bad / nullif(allowed, 0.0)), 1) AS most_spent
FROM objectives
GROUP BY month, team
ORDER BY month DESC, most_spent DESC, team
