-- +goose Up
CREATE TABLE correction_doc (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  number TEXT NOT NULL,
  year INTEGER NOT NULL,
  seq BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  room_label TEXT NOT NULL,
  from_month INTEGER NOT NULL,
  until_month INTEGER NOT NULL,
  plus BIGINT NOT NULL CHECK (plus >= 0),
  minus BIGINT NOT NULL CHECK (minus >= 0),
  reason TEXT NOT NULL,
  proof TEXT NOT NULL,
  date INTEGER NOT NULL,
  by_id BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  state TEXT NOT NULL,
  void_by BIGINT NOT NULL,
  void_name TEXT NOT NULL,
  void_at BIGINT NOT NULL,
  void_reason TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX correction_doc_number ON correction_doc (project_id, year, seq);
CREATE INDEX correction_doc_room ON correction_doc (project_id, room_id, id);
CREATE TABLE correction_line (
  project_id BIGINT NOT NULL,
  doc_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  room_id BIGINT NOT NULL,
  charge_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  item_name TEXT NOT NULL,
  month INTEGER NOT NULL,
  payer_id BIGINT NOT NULL,
  was BIGINT NOT NULL,
  done BIGINT NOT NULL,
  due BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount <> 0),
  causes TEXT NOT NULL,
  made_id BIGINT NOT NULL,
  credited BIGINT NOT NULL CHECK (credited >= 0),
  returned BIGINT NOT NULL CHECK (returned >= 0),
  PRIMARY KEY (project_id, doc_id, no),
  FOREIGN KEY (project_id, doc_id) REFERENCES correction_doc (project_id, id)
);
CREATE INDEX correction_line_room ON correction_line (project_id, room_id, month);
CREATE INDEX correction_line_charge ON correction_line (project_id, charge_id);
CREATE TABLE correction_credit (
  project_id BIGINT NOT NULL,
  doc_id BIGINT NOT NULL,
  charge_id BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  PRIMARY KEY (project_id, doc_id, charge_id),
  FOREIGN KEY (project_id, doc_id) REFERENCES correction_doc (project_id, id)
);
