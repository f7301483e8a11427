-- +goose Up
CREATE TABLE ledger_day (
  project_id BIGINT NOT NULL,
  date INTEGER NOT NULL,
  doc_kind INTEGER NOT NULL,
  debit INTEGER NOT NULL,
  credit INTEGER NOT NULL,
  item_id BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  postings BIGINT NOT NULL,
  PRIMARY KEY (project_id, date, doc_kind, debit, credit, item_id)
);
INSERT INTO ledger_day (project_id, date, doc_kind, debit, credit, item_id, amount, postings)
  SELECT project_id, date, doc_kind, debit, credit, item_id, CAST(SUM(amount) AS BIGINT), COUNT(*)
  FROM ledger_posting GROUP BY project_id, date, doc_kind, debit, credit, item_id;
CREATE TABLE ledger_month (
  project_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  state TEXT NOT NULL,
  closed_by TEXT NOT NULL,
  closed_at BIGINT NOT NULL,
  reopened_by TEXT NOT NULL,
  reopened_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, month)
);
CREATE TABLE ledger_closed (
  project_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  doc_kind INTEGER NOT NULL,
  debit INTEGER NOT NULL,
  credit INTEGER NOT NULL,
  item_id BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  postings BIGINT NOT NULL,
  PRIMARY KEY (project_id, month, doc_kind, debit, credit, item_id),
  FOREIGN KEY (project_id, month) REFERENCES ledger_month (project_id, month)
);
