-- +goose Up
CREATE TABLE correction_batch (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  from_month INTEGER NOT NULL,
  until_month INTEGER NOT NULL,
  reason TEXT NOT NULL,
  proof TEXT NOT NULL,
  state TEXT NOT NULL,
  by_id BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  void_by BIGINT NOT NULL,
  void_name TEXT NOT NULL,
  void_at BIGINT NOT NULL,
  void_reason TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE TABLE correction_batch_room (
  project_id BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  room_id BIGINT NOT NULL,
  plus BIGINT NOT NULL CHECK (plus >= 0),
  minus BIGINT NOT NULL CHECK (minus >= 0),
  state TEXT NOT NULL,
  doc_id BIGINT NOT NULL,
  problem TEXT NOT NULL,
  PRIMARY KEY (project_id, batch_id, no),
  FOREIGN KEY (project_id, batch_id) REFERENCES correction_batch (project_id, id)
);
CREATE UNIQUE INDEX correction_batch_room_once ON correction_batch_room (project_id, batch_id, room_id);
