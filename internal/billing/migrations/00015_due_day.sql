-- +goose Up
CREATE TABLE billing_due_day (
  project_id BIGINT NOT NULL,
  day INTEGER NOT NULL,
  item_id BIGINT NOT NULL,
  late INTEGER NOT NULL,
  month INTEGER NOT NULL,
  due_date INTEGER NOT NULL,
  amount BIGINT NOT NULL,
  waived BIGINT NOT NULL,
  carried BIGINT NOT NULL,
  paid BIGINT NOT NULL,
  PRIMARY KEY (project_id, day, item_id, late, month, due_date)
);
-- What was charged before this table was there: on the day its run, or the line
-- alone, was posted, and taken back on the day that was posted. A run of which
-- all was paid before Linli posted nothing and stands at its month. What was
-- paid comes with the receipts of cashier.
INSERT INTO billing_due_day (project_id, day, item_id, late, month, due_date, amount, waived, carried, paid)
WITH run_day AS (
  SELECT project_id, doc_id, doc_kind, MIN(date) AS day FROM ledger_posting WHERE doc_kind IN (1, 2) GROUP BY project_id, doc_id, doc_kind
), single AS (
  SELECT project_id, doc_id, doc_kind, MIN(date) AS day FROM ledger_posting WHERE doc_kind IN (3, 4) GROUP BY project_id, doc_id, doc_kind
), owed AS (
  SELECT c.project_id, c.item_id, CASE WHEN c.source_kind = 2 THEN 1 ELSE 0 END AS late, c.month, c.due_date, c.amount, c.carried,
    COALESCE(m.day, r.day, c.month * 100 + 1) AS since, COALESCE(e.day, CASE WHEN t.withdrawn = 1 THEN COALESCE(w.day, c.month * 100 + 1) END) AS ended
  FROM billing_charge c
  JOIN billing_part t ON t.project_id = c.project_id AND t.run_id = c.run_id AND t.no = c.part AND t.released = 1
  LEFT JOIN run_day r ON r.project_id = c.project_id AND r.doc_id = c.run_id AND r.doc_kind = 1
  LEFT JOIN run_day w ON w.project_id = c.project_id AND w.doc_id = c.run_id AND w.doc_kind = 2
  LEFT JOIN single m ON m.project_id = c.project_id AND m.doc_id = c.id AND m.doc_kind = 3
  LEFT JOIN single e ON e.project_id = c.project_id AND e.doc_id = c.id AND e.doc_kind = 4
  WHERE c.hold = 0 OR e.day IS NOT NULL
), step AS (
  SELECT project_id, since AS day, item_id, late, month, due_date, amount, 0 AS waived, carried FROM owed
  UNION ALL
  SELECT project_id, ended, item_id, late, month, due_date, -amount, 0, -carried FROM owed WHERE ended IS NOT NULL
  UNION ALL
  SELECT w.project_id, w.decided_on, c.item_id, CASE WHEN c.source_kind = 2 THEN 1 ELSE 0 END, c.month, c.due_date, 0, w.amount, 0
  FROM billing_waiver w JOIN billing_charge c ON c.project_id = w.project_id AND c.id = w.charge_id WHERE w.state = 'approved' AND w.kind = 'charge'
)
SELECT project_id, day, item_id, late, month, due_date, CAST(SUM(amount) AS BIGINT), CAST(SUM(waived) AS BIGINT), CAST(SUM(carried) AS BIGINT), 0
FROM step GROUP BY project_id, day, item_id, late, month, due_date;
