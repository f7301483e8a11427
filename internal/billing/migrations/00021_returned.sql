-- +goose Up
-- What corrections made prepaid money of was paid and is not any more for the rates of
-- collection. What they did before comes with the lines of correction.
ALTER TABLE billing_charge ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;
CREATE INDEX billing_charge_returned ON billing_charge (project_id, returned) WHERE returned > 0;
