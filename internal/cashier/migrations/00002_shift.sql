-- +goose Up
CREATE TABLE cashier_shift (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  number TEXT NOT NULL,
  year INTEGER NOT NULL,
  seq BIGINT NOT NULL,
  cashier_id BIGINT NOT NULL,
  cashier_name TEXT NOT NULL,
  state TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  opened_on INTEGER NOT NULL,
  imprest BIGINT NOT NULL CHECK (imprest >= 0),
  expected BIGINT NOT NULL,
  counted BIGINT NOT NULL CHECK (counted >= 0),
  reason TEXT NOT NULL,
  handed BIGINT NOT NULL CHECK (handed >= 0 AND handed <= counted),
  closed_at BIGINT NOT NULL,
  closed_on INTEGER NOT NULL,
  closed_by BIGINT NOT NULL,
  closed_name TEXT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX cashier_shift_open ON cashier_shift (project_id, cashier_id) WHERE state = 'open';
CREATE UNIQUE INDEX cashier_shift_number ON cashier_shift (project_id, year, seq) WHERE state = 'closed';
CREATE INDEX cashier_shift_cashier ON cashier_shift (project_id, cashier_id, id);
CREATE TABLE cashier_shift_sum (
  project_id BIGINT NOT NULL,
  shift_id BIGINT NOT NULL,
  method TEXT NOT NULL,
  receipts INTEGER NOT NULL,
  amount BIGINT NOT NULL,
  voids INTEGER NOT NULL,
  voided BIGINT NOT NULL,
  PRIMARY KEY (project_id, shift_id, method),
  FOREIGN KEY (project_id, shift_id) REFERENCES cashier_shift (project_id, id)
);
CREATE TABLE cashier_count (
  project_id BIGINT NOT NULL,
  shift_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  counted BIGINT NOT NULL CHECK (counted >= 0),
  notes TEXT NOT NULL,
  expected BIGINT NOT NULL,
  by_id BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, shift_id, no),
  FOREIGN KEY (project_id, shift_id) REFERENCES cashier_shift (project_id, id)
);
ALTER TABLE cashier_receipt ADD COLUMN shift_id BIGINT NOT NULL DEFAULT 0;
-- Receipts of before shifts: each day of a cashier becomes one that nobody closed.
INSERT INTO cashier_shift (project_id, id, number, year, seq, cashier_id, cashier_name, state, opened_at, opened_on, imprest, expected, counted,
  reason, handed, closed_at, closed_on, closed_by, closed_name)
SELECT project_id, MIN(id), '', 0, 0, cashier_id, MAX(cashier_name), 'before', MIN(at), date, 0, 0, 0, '', 0, 0, 0, 0, ''
FROM cashier_receipt GROUP BY project_id, cashier_id, date;
UPDATE cashier_receipt SET shift_id = (SELECT s.id FROM cashier_shift s WHERE s.project_id = cashier_receipt.project_id
  AND s.cashier_id = cashier_receipt.cashier_id AND s.opened_on = cashier_receipt.date AND s.state = 'before');
CREATE INDEX cashier_receipt_shift ON cashier_receipt (project_id, shift_id, id);
