-- +goose Up
-- What receipts brought and took back before billing kept its sums by day. Only
-- here are the days known, so this once the rows of the room below are written
-- from here. From now on they come with its own commands.
INSERT INTO billing_due_day (project_id, day, item_id, late, month, due_date, amount, waived, carried, paid)
SELECT x.project_id, x.day, c.item_id, CASE WHEN c.source_kind = 2 THEN 1 ELSE 0 END, c.month, c.due_date, 0, 0, 0, CAST(SUM(x.amount) AS BIGINT)
FROM (
  SELECT r.project_id, r.date AS day, l.charge_id, l.amount
  FROM cashier_receipt r JOIN cashier_line l ON l.project_id = r.project_id AND l.receipt_id = r.id
  UNION ALL
  SELECT r.project_id, v.day, l.charge_id, -l.amount
  FROM cashier_receipt r JOIN cashier_line l ON l.project_id = r.project_id AND l.receipt_id = r.id
  JOIN (SELECT project_id, doc_id, MIN(date) AS day FROM ledger_posting WHERE doc_kind = 6 GROUP BY project_id, doc_id) v
    ON v.project_id = r.project_id AND v.doc_id = r.id
  WHERE r.state = 'void'
) x
JOIN billing_charge c ON c.project_id = x.project_id AND c.id = x.charge_id
GROUP BY x.project_id, x.day, c.item_id, CASE WHEN c.source_kind = 2 THEN 1 ELSE 0 END, c.month, c.due_date
ON CONFLICT (project_id, day, item_id, late, month, due_date) DO UPDATE SET paid = billing_due_day.paid + excluded.paid;
