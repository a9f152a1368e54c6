-- question: What does one transaction of each system cost, month by month?
-- columns: usd is the system's part of the clusters on days with transactions; cents of a dollar for each transaction.
WITH transactions AS (
  SELECT day, system, sum(total) AS transactions
  FROM kpi_daily
  WHERE transaction AND total > 0
  GROUP BY day, system
),
costs AS (
  SELECT day, system, sum(usd) AS usd
  FROM cost_daily
  WHERE part = 'system'
  GROUP BY day, system
)
SELECT
  substr(c.day, 1, 7) AS month,
  c.system AS system,
  round(sum(c.usd), 2) AS usd,
  round(sum(t.transactions), 0) AS transactions,
  round(100.0 * sum(c.usd) / sum(t.transactions), 4) AS cents
FROM costs c
JOIN transactions t ON t.day = c.day AND t.system = c.system
GROUP BY substr(c.day, 1, 7), c.system
ORDER BY month DESC, cents DESC, system
