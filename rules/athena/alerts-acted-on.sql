-- question: Which alerts does nobody act on?
-- columns: acted counts firings during an acknowledged incident of the system or with an action of auto-remediation.
WITH firings AS (
  SELECT row_number() OVER (ORDER BY a."end", a.alert, a.cluster, a.system, a.component) AS id, a.*
  FROM alerts a
),
acted AS (
  SELECT DISTINCT f.id AS id
  FROM firings f
  JOIN incidents i ON i.system = f.system
  WHERE i.to_acknowledge IS NOT NULL AND i.opened < f."end" AND (i.closed IS NULL OR i.closed > f.start)
  UNION
  SELECT DISTINCT f.id AS id
  FROM firings f
  JOIN remediations r ON r.system = f.system AND r.component = f.component AND r.alert = f.alert
  WHERE r.outcome IN ('acting', 'acted', 'healed', 'not-healed') AND r."at" BETWEEN f.start AND f."end"
)
SELECT
  f.alert AS alert,
  f.severity AS severity,
  f.team AS team,
  count(*) AS fired,
  count(d.id) AS acted,
  round(100.0 * count(d.id) / count(*), 1) AS acted_percent,
  round(avg(f."end" - f.start) / 60.0, 1) AS mean_minutes
FROM firings f
LEFT JOIN acted d ON d.id = f.id
GROUP BY f.alert, f.severity, f.team
ORDER BY acted_percent, fired DESC, alert, severity, team
