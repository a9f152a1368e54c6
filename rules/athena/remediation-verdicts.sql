-- question: How often was auto-remediation right, month by month?
-- columns: verdicts that let an action begin or would have, and what they turned out to be; wrong in percent of judged.
SELECT
  substr(day, 1, 7) AS month,
  system,
  rule,
  count(*) AS verdicts,
  sum(CASE WHEN judgement = 'right' THEN 1 ELSE 0 END) AS was_right,
  sum(CASE WHEN judgement = 'needless' THEN 1 ELSE 0 END) AS needless,
  sum(CASE WHEN judgement = 'wrong' THEN 1 ELSE 0 END) AS wrong,
  round(
    100.0 * sum(CASE WHEN judgement = 'wrong' THEN 1 ELSE 0 END)
    / nullif(sum(CASE WHEN judgement <> 'open' THEN 1 ELSE 0 END), 0), 1
  ) AS wrong_percent
FROM remediations
WHERE verdict IN ('shadow', 'ask', 'act')
GROUP BY substr(day, 1, 7), system, rule
ORDER BY month DESC, wrong DESC, system, rule
