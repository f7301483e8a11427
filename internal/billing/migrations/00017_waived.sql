-- +goose Up
-- Few charges are waived: whether any more is, is asked whenever the figures of a month are.
CREATE INDEX billing_charge_waived ON billing_charge (project_id, waived) WHERE waived > 0;
