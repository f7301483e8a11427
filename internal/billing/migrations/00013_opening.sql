-- +goose Up
ALTER TABLE billing_charge ADD COLUMN carried BIGINT NOT NULL DEFAULT 0;
CREATE TABLE billing_opening (
  project_id BIGINT NOT NULL,
  import_id BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  PRIMARY KEY (project_id, import_id),
  FOREIGN KEY (project_id, run_id) REFERENCES billing_run (project_id, id)
);
