-- +goose Up
-- A message that lies on the page of a pay code until somebody opens it; third is the way behind the spare one.
ALTER TABLE notify_message ADD COLUMN third TEXT NOT NULL DEFAULT '';
ALTER TABLE notify_message ADD COLUMN third_enc TEXT NOT NULL DEFAULT '';
ALTER TABLE notify_message ADD COLUMN third_mask TEXT NOT NULL DEFAULT '';
ALTER TABLE notify_message ADD COLUMN patience INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notify_message ADD COLUMN opened_at BIGINT NOT NULL DEFAULT 0;
CREATE TABLE notify_inbox (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  room_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  ref TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  at BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  UNIQUE (project_id, message_id, room_id),
  FOREIGN KEY (project_id, message_id) REFERENCES notify_message (project_id, id)
);
CREATE INDEX notify_inbox_page ON notify_inbox (project_id, room_id, person_id, at);
