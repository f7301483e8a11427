-- +goose Up
CREATE TABLE meter_meter (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  place TEXT NOT NULL,
  kind TEXT NOT NULL,
  band TEXT NOT NULL,
  number TEXT NOT NULL,
  digits INTEGER NOT NULL,
  multiplier BIGINT NOT NULL,
  start_value BIGINT NOT NULL,
  used_before BIGINT NOT NULL,
  installed INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  replaces BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX meter_meter_number ON meter_meter (project_id, kind, number, band) WHERE removed = 0;
CREATE INDEX meter_meter_room ON meter_meter (project_id, kind, room_id, id);
CREATE TABLE meter_reading (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  meter_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  month INTEGER NOT NULL,
  date INTEGER NOT NULL,
  value BIGINT NOT NULL,
  previous BIGINT NOT NULL,
  usage BIGINT NOT NULL,
  carry BIGINT NOT NULL,
  rolled INTEGER NOT NULL,
  estimated INTEGER NOT NULL,
  final INTEGER NOT NULL,
  state TEXT NOT NULL,
  mean BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  reader TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  note TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, meter_id) REFERENCES meter_meter (project_id, id)
);
CREATE INDEX meter_reading_meter ON meter_reading (project_id, meter_id, id);
CREATE INDEX meter_reading_month ON meter_reading (project_id, kind, month, room_id);
CREATE INDEX meter_reading_run ON meter_reading (project_id, run_id) WHERE run_id <> 0;
CREATE TABLE meter_setting (
  project_id BIGINT NOT NULL,
  factor BIGINT NOT NULL,
  periods INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id)
);
