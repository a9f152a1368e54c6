-- question: How fast were incidents restored, month by month?
-- columns: incidents, how many of them have a measured time, and its median and worst in minutes from the onset.
WITH incidents_of_months AS (
  SELECT substr(day, 1, 7) AS month, to_restore
  FROM incidents
),
ordered AS (
  SELECT
    month,
    to_restore,
    row_number() OVER (PARTITION BY month ORDER BY to_restore) AS place,
    count(*) OVER (PARTITION BY month) AS n
  FROM incidents_of_months
  WHERE to_restore IS NOT NULL
),
medians AS (
  SELECT month, avg(to_restore) AS median
  FROM ordered
  WHERE 2 * place BETWEEN n AND n + 2
  GROUP BY month
)
SELECT
  i.month AS month,
  count(*) AS incidents,
  count(i.to_restore) AS measured,
  round(max(m.median) / 60.0, 1) AS median_minutes,
  round(max(i.to_restore) / 60.0, 1) AS worst_minutes
FROM incidents_of_months i
LEFT JOIN medians m ON m.month = i.month
GROUP BY i.month
ORDER BY month DESC
