-- +goose Up
CREATE TABLE ledger_posting (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  doc_kind INTEGER NOT NULL,
  doc_id BIGINT NOT NULL,
  date INTEGER NOT NULL,
  debit INTEGER NOT NULL,
  credit INTEGER NOT NULL,
  amount BIGINT NOT NULL,
  subject_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE INDEX ledger_posting_doc ON ledger_posting (project_id, doc_id, id);
CREATE TABLE ledger_series (
  project_id BIGINT NOT NULL,
  series TEXT NOT NULL,
  year INTEGER NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (project_id, series, year)
);
