-- +goose Up
CREATE TABLE cashier_bank_row (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  print TEXT NOT NULL,
  file_hash TEXT NOT NULL,
  file_name TEXT NOT NULL,
  line INTEGER NOT NULL,
  date INTEGER NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  payer TEXT NOT NULL,
  account TEXT NOT NULL,
  remark TEXT NOT NULL,
  reference TEXT NOT NULL,
  room_id BIGINT NOT NULL,
  room_label TEXT NOT NULL,
  why TEXT NOT NULL,
  state TEXT NOT NULL,
  receipt_id BIGINT NOT NULL,
  receipt_number TEXT NOT NULL,
  note TEXT NOT NULL,
  done_by BIGINT NOT NULL,
  done_name TEXT NOT NULL,
  done_at BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, print)
);
CREATE INDEX cashier_bank_row_state ON cashier_bank_row (project_id, state, date, id);
CREATE INDEX cashier_bank_row_account ON cashier_bank_row (project_id, account);
