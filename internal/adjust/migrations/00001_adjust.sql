-- +goose Up
CREATE TABLE adjust_doc (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  year INTEGER NOT NULL,
  seq BIGINT NOT NULL,
  charge_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  item_name TEXT NOT NULL,
  month INTEGER NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  again INTEGER NOT NULL,
  reason TEXT NOT NULL,
  proof TEXT NOT NULL,
  date INTEGER NOT NULL,
  by_id BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX adjust_doc_number ON adjust_doc (project_id, kind, year, seq);
CREATE UNIQUE INDEX adjust_doc_charge ON adjust_doc (project_id, charge_id, kind);
CREATE INDEX adjust_doc_room ON adjust_doc (project_id, room_id, id);
