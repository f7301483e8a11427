-- +goose Up
CREATE TABLE notify_account (
  project_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  host TEXT NOT NULL,
  login TEXT NOT NULL,
  secret_enc TEXT NOT NULL,
  sender TEXT NOT NULL,
  active INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, channel)
);
CREATE TABLE notify_setting (
  project_id BIGINT NOT NULL,
  quiet_from INTEGER NOT NULL,
  quiet_until INTEGER NOT NULL,
  day_limit INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id)
);
CREATE TABLE notify_template (
  project_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  channel TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  code TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, kind, channel)
);
CREATE TABLE notify_wish (
  project_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (project_id, person_id)
);
CREATE TABLE notify_message (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  dedupe TEXT NOT NULL,
  kind TEXT NOT NULL,
  ref TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  room_id BIGINT NOT NULL,
  room_label TEXT NOT NULL,
  channel TEXT NOT NULL,
  address_enc TEXT NOT NULL,
  address_mask TEXT NOT NULL,
  spare TEXT NOT NULL,
  spare_enc TEXT NOT NULL,
  spare_mask TEXT NOT NULL,
  words TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  round INTEGER NOT NULL,
  next_at BIGINT NOT NULL,
  reference TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT NOT NULL,
  delivered_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, dedupe)
);
CREATE INDEX notify_message_person ON notify_message (project_id, person_id, sent_at);
CREATE INDEX notify_message_state ON notify_message (project_id, state, id);
CREATE TABLE notify_attempt (
  project_id BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  channel TEXT NOT NULL,
  at BIGINT NOT NULL,
  ok INTEGER NOT NULL,
  code TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (project_id, message_id, no),
  FOREIGN KEY (project_id, message_id) REFERENCES notify_message (project_id, id)
);
