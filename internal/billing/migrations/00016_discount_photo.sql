-- +goose Up
CREATE TABLE billing_discount_photo (
  project_id BIGINT NOT NULL,
  discount_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  file_id BIGINT NOT NULL,
  PRIMARY KEY (project_id, discount_id, no),
  FOREIGN KEY (project_id, discount_id) REFERENCES billing_discount (project_id, id)
);
CREATE UNIQUE INDEX billing_discount_photo_file ON billing_discount_photo (project_id, file_id);
