-- question: How did each business number develop, month by month?
-- columns: mean of what was recorded, total of rates, and the change of the mean against the month before in percent.
WITH months AS (
  SELECT
    substr(day, 1, 7) AS month,
    system,
    kpi,
    unit,
    sum(mean * covered_seconds) / sum(covered_seconds) AS mean,
    sum(total) AS total
  FROM kpi_daily
  GROUP BY substr(day, 1, 7), system, kpi, unit
)
SELECT
  month,
  system,
  kpi,
  unit,
  round(mean, 3) AS mean,
  round(total, 1) AS total,
  round(
    100.0 * (mean / nullif(lag(mean) OVER (PARTITION BY system, kpi, unit ORDER BY month), 0.0) - 1.0), 1
  ) AS change
FROM months
ORDER BY month DESC, system, kpi
