-- question: What did each system cost, month by month, and what was paid for and not used?
-- columns: part is system, other (namespaces of no system) or idle; usd at list prices; share of the month in percent.
SELECT
  substr(day, 1, 7) AS month,
  part,
  system,
  team,
  round(sum(usd), 2) AS usd,
  round(100.0 * sum(usd) / sum(sum(usd)) OVER (PARTITION BY substr(day, 1, 7)), 1) AS share
FROM cost_daily
GROUP BY substr(day, 1, 7), part, system, team
ORDER BY month DESC, usd DESC, system, part
