-- +goose Up
CREATE INDEX billing_charge_open ON billing_charge (project_id, subject_id, month) WHERE amount > paid;
