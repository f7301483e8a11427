-- +goose Up
CREATE TABLE meter_platform (
  project_id BIGINT NOT NULL,
  host TEXT NOT NULL,
  client TEXT NOT NULL,
  login TEXT NOT NULL,
  secret_enc TEXT NOT NULL,
  topic TEXT NOT NULL,
  number_field TEXT NOT NULL,
  value_field TEXT NOT NULL,
  time_field TEXT NOT NULL,
  take_day INTEGER NOT NULL,
  active INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id)
);
-- What the connection is like now, and what came over it.
CREATE TABLE meter_contact (
  project_id BIGINT NOT NULL,
  holder BIGINT NOT NULL,
  held_until BIGINT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  since BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  messages BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  taken_month INTEGER NOT NULL,
  taken INTEGER NOT NULL,
  missed INTEGER NOT NULL,
  PRIMARY KEY (project_id)
);
-- The newest of each number that the platform knows.
CREATE TABLE meter_signal (
  project_id BIGINT NOT NULL,
  number TEXT NOT NULL,
  at BIGINT NOT NULL,
  value BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, number)
);
-- The newest of each day.
CREATE TABLE meter_signal_day (
  project_id BIGINT NOT NULL,
  number TEXT NOT NULL,
  day INTEGER NOT NULL,
  at BIGINT NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (project_id, number, day)
);
CREATE INDEX meter_signal_day_day ON meter_signal_day (project_id, day);
CREATE TABLE meter_refused (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  topic TEXT NOT NULL,
  payload TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (project_id, id)
);
ALTER TABLE meter_reading ADD COLUMN remote INTEGER NOT NULL DEFAULT 0;
