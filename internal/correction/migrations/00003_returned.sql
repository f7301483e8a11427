-- +goose Up
-- What was given back before charges kept it. Only here is it known of which charges, so
-- this once the rows of the room below are written from here; in the sums by day it
-- stands on the day of the last document.
UPDATE billing_charge SET returned = (SELECT CAST(SUM(l.returned) AS BIGINT) FROM correction_line l
    JOIN correction_doc d ON d.project_id = l.project_id AND d.id = l.doc_id
    WHERE l.project_id = billing_charge.project_id AND l.charge_id = billing_charge.id AND d.state = 'made')
WHERE EXISTS (SELECT 1 FROM correction_line l JOIN correction_doc d ON d.project_id = l.project_id AND d.id = l.doc_id
    WHERE l.project_id = billing_charge.project_id AND l.charge_id = billing_charge.id AND d.state = 'made' AND l.returned > 0);
INSERT INTO billing_due_day (project_id, day, item_id, late, month, due_date, amount, waived, carried, paid, changes)
SELECT x.project_id, x.day, x.item_id, 0, x.month, x.due_date, 0, CAST(SUM(x.back) AS BIGINT), 0, CAST(-SUM(x.back) AS BIGINT), 1
FROM (
  SELECT c.project_id, c.item_id, c.month, c.due_date, CASE WHEN c.returned < c.paid - c.waived THEN c.returned ELSE c.paid - c.waived END AS back,
    (SELECT MAX(d.date) FROM correction_line l JOIN correction_doc d ON d.project_id = l.project_id AND d.id = l.doc_id
      WHERE l.project_id = c.project_id AND l.charge_id = c.id AND d.state = 'made' AND l.returned > 0) AS day
  FROM billing_charge c WHERE c.returned > 0 AND c.live = 1 AND c.hold = 0
) x
WHERE x.back > 0 GROUP BY x.project_id, x.day, x.item_id, x.month, x.due_date
ON CONFLICT (project_id, day, item_id, late, month, due_date) DO UPDATE SET waived = billing_due_day.waived + excluded.waived,
  paid = billing_due_day.paid + excluded.paid, changes = billing_due_day.changes + 1;
