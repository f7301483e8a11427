-- +goose Up
-- Receipts may be red: negative amounts, with a number of the same series. The
-- checks of yesterday forbid that and SQLite cannot drop a check, so the three
-- tables are written anew.
CREATE TABLE cashier_receipt_signed (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  number TEXT NOT NULL,
  year INTEGER NOT NULL,
  seq BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  room_label TEXT NOT NULL,
  payer_id BIGINT NOT NULL,
  payer_name TEXT NOT NULL,
  policy TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount <> 0),
  owed_before BIGINT NOT NULL,
  owed_after BIGINT NOT NULL,
  prepaid_used BIGINT NOT NULL,
  to_prepay BIGINT NOT NULL,
  prepaid_after BIGINT NOT NULL,
  tendered BIGINT NOT NULL,
  change BIGINT NOT NULL,
  cashier_id BIGINT NOT NULL,
  cashier_name TEXT NOT NULL,
  date INTEGER NOT NULL,
  at BIGINT NOT NULL,
  state TEXT NOT NULL,
  void_by BIGINT NOT NULL,
  void_name TEXT NOT NULL,
  void_reason TEXT NOT NULL,
  void_at BIGINT NOT NULL,
  prints INTEGER NOT NULL,
  shift_id BIGINT NOT NULL DEFAULT 0,
  ahead BIGINT NOT NULL DEFAULT 0,
  ahead_run BIGINT NOT NULL DEFAULT 0,
  red_of BIGINT NOT NULL DEFAULT 0,
  reversed_by BIGINT NOT NULL DEFAULT 0,
  refund_id BIGINT NOT NULL DEFAULT 0,
  deposit BIGINT NOT NULL DEFAULT 0,
  deposit_id BIGINT NOT NULL DEFAULT 0,
  deposit_name TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, year, seq)
);
INSERT INTO cashier_receipt_signed (project_id, id, number, year, seq, room_id, room_label, payer_id, payer_name, policy, amount, owed_before,
  owed_after, prepaid_used, to_prepay, prepaid_after, tendered, change, cashier_id, cashier_name, date, at, state, void_by, void_name, void_reason,
  void_at, prints, shift_id, ahead, ahead_run)
SELECT project_id, id, number, year, seq, room_id, room_label, payer_id, payer_name, policy, amount, owed_before,
  owed_after, prepaid_used, to_prepay, prepaid_after, tendered, change, cashier_id, cashier_name, date, at, state, void_by, void_name, void_reason,
  void_at, prints, shift_id, ahead, ahead_run FROM cashier_receipt;
CREATE TABLE cashier_line_signed (
  project_id BIGINT NOT NULL,
  receipt_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  charge_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  room_label TEXT NOT NULL,
  item_id BIGINT NOT NULL,
  item_name TEXT NOT NULL,
  month INTEGER NOT NULL,
  how TEXT NOT NULL,
  owed BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (project_id, receipt_id, no),
  FOREIGN KEY (project_id, receipt_id) REFERENCES cashier_receipt_signed (project_id, id)
);
INSERT INTO cashier_line_signed (project_id, receipt_id, no, charge_id, room_id, room_label, item_id, item_name, month, how, owed, amount)
SELECT project_id, receipt_id, no, charge_id, room_id, room_label, item_id, item_name, month, how, owed, amount FROM cashier_line;
CREATE TABLE cashier_pay_signed (
  project_id BIGINT NOT NULL,
  receipt_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  method TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount <> 0),
  reference TEXT NOT NULL,
  terminal TEXT NOT NULL DEFAULT '',
  last4 TEXT NOT NULL DEFAULT '',
  paid_on INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (project_id, receipt_id, no),
  FOREIGN KEY (project_id, receipt_id) REFERENCES cashier_receipt_signed (project_id, id)
);
INSERT INTO cashier_pay_signed (project_id, receipt_id, no, method, amount, reference, terminal, last4, paid_on)
SELECT project_id, receipt_id, no, method, amount, reference, terminal, last4, paid_on FROM cashier_pay;
DROP TABLE cashier_line;
DROP TABLE cashier_pay;
DROP TABLE cashier_receipt;
ALTER TABLE cashier_receipt_signed RENAME TO cashier_receipt;
ALTER TABLE cashier_line_signed RENAME TO cashier_line;
ALTER TABLE cashier_pay_signed RENAME TO cashier_pay;
CREATE INDEX cashier_receipt_room ON cashier_receipt (project_id, room_id, id);
CREATE INDEX cashier_receipt_day ON cashier_receipt (project_id, date, id);
CREATE INDEX cashier_receipt_shift ON cashier_receipt (project_id, shift_id, id);
CREATE INDEX cashier_receipt_red ON cashier_receipt (project_id, red_of);
CREATE INDEX cashier_line_room ON cashier_line (project_id, room_id, receipt_id);
CREATE INDEX cashier_line_charge ON cashier_line (project_id, charge_id);
CREATE INDEX cashier_pay_reference ON cashier_pay (project_id, reference) WHERE reference <> '';
CREATE TABLE cashier_refund (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  receipt_id BIGINT NOT NULL,
  receipt_number TEXT NOT NULL,
  deposit_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  room_label TEXT NOT NULL,
  payer_id BIGINT NOT NULL,
  payer_name TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  method TEXT NOT NULL,
  account TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_by BIGINT NOT NULL,
  asked_name TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_name TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  note TEXT NOT NULL,
  paid_by BIGINT NOT NULL,
  paid_name TEXT NOT NULL,
  paid_at BIGINT NOT NULL,
  red_id BIGINT NOT NULL,
  red_number TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE INDEX cashier_refund_receipt ON cashier_refund (project_id, receipt_id);
CREATE INDEX cashier_refund_room ON cashier_refund (project_id, room_id, id);
