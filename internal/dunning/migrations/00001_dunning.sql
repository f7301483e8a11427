-- +goose Up
CREATE TABLE dunning_setting (
  project_id BIGINT NOT NULL,
  deadline_days INTEGER NOT NULL,
  contact TEXT NOT NULL,
  objection TEXT NOT NULL,
  account TEXT NOT NULL,
  extra TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id)
);
CREATE TABLE dunning_letter (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  number TEXT NOT NULL,
  year INTEGER NOT NULL,
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  nth INTEGER NOT NULL,
  room_id BIGINT NOT NULL,
  room_label TEXT NOT NULL,
  payer_id BIGINT NOT NULL,
  payer_name TEXT NOT NULL,
  date INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  principal BIGINT NOT NULL,
  late BIGINT NOT NULL,
  contact TEXT NOT NULL,
  objection TEXT NOT NULL,
  account TEXT NOT NULL,
  extra TEXT NOT NULL,
  prints INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  by_id BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, year, seq)
);
CREATE INDEX dunning_letter_room ON dunning_letter (project_id, room_id, id);
CREATE TABLE dunning_line (
  project_id BIGINT NOT NULL,
  letter_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  charge_id BIGINT NOT NULL,
  item_name TEXT NOT NULL,
  month INTEGER NOT NULL,
  due_date INTEGER NOT NULL,
  principal BIGINT NOT NULL,
  days INTEGER NOT NULL,
  late BIGINT NOT NULL,
  basis TEXT NOT NULL,
  PRIMARY KEY (project_id, letter_id, no),
  FOREIGN KEY (project_id, letter_id) REFERENCES dunning_letter (project_id, id)
);
CREATE TABLE dunning_event (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  payer_id BIGINT NOT NULL,
  letter_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  result TEXT NOT NULL,
  date INTEGER NOT NULL,
  promise_date INTEGER NOT NULL,
  promise_amount BIGINT NOT NULL,
  proof TEXT NOT NULL,
  note TEXT NOT NULL,
  by_id BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE INDEX dunning_event_room ON dunning_event (project_id, room_id, id);
