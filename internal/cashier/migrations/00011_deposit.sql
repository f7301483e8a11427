-- +goose Up
CREATE TABLE cashier_deposit (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  room_id BIGINT NOT NULL,
  room_label TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  receipt_id BIGINT NOT NULL,
  number TEXT NOT NULL,
  taken BIGINT NOT NULL CHECK (taken > 0),
  held BIGINT NOT NULL CHECK (held >= 0),
  date INTEGER NOT NULL,
  note TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE INDEX cashier_deposit_room ON cashier_deposit (project_id, room_id, id);
CREATE TABLE cashier_deposit_entry (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  deposit_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  amount BIGINT NOT NULL,
  number TEXT NOT NULL,
  year INTEGER NOT NULL,
  seq BIGINT NOT NULL,
  receipt_id BIGINT NOT NULL,
  reason TEXT NOT NULL,
  by_id BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, deposit_id) REFERENCES cashier_deposit (project_id, id)
);
CREATE INDEX cashier_deposit_entry_of ON cashier_deposit_entry (project_id, deposit_id, id);
CREATE UNIQUE INDEX cashier_deposit_entry_number ON cashier_deposit_entry (project_id, year, seq) WHERE seq > 0;
