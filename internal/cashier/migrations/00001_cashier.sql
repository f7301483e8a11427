-- +goose Up
CREATE TABLE cashier_desk (
  project_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  event TEXT NOT NULL,
  name TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, room_id)
);
CREATE TABLE cashier_receipt (
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
  amount BIGINT NOT NULL CHECK (amount > 0),
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
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, year, seq)
);
CREATE INDEX cashier_receipt_room ON cashier_receipt (project_id, room_id, id);
CREATE INDEX cashier_receipt_day ON cashier_receipt (project_id, date, id);
CREATE TABLE cashier_line (
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
  amount BIGINT NOT NULL CHECK (amount > 0),
  PRIMARY KEY (project_id, receipt_id, no),
  FOREIGN KEY (project_id, receipt_id) REFERENCES cashier_receipt (project_id, id)
);
CREATE INDEX cashier_line_room ON cashier_line (project_id, room_id, receipt_id);
CREATE INDEX cashier_line_charge ON cashier_line (project_id, charge_id);
CREATE TABLE cashier_pay (
  project_id BIGINT NOT NULL,
  receipt_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  method TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  reference TEXT NOT NULL,
  PRIMARY KEY (project_id, receipt_id, no),
  FOREIGN KEY (project_id, receipt_id) REFERENCES cashier_receipt (project_id, id)
);
