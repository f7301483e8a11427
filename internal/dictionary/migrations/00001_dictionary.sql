-- +goose Up
CREATE TABLE dictionary_words (
  project_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  words TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, key),
  FOREIGN KEY (project_id) REFERENCES estate_project (project_id)
);
