-- +goose Up
DROP INDEX billing_charge_open;
-- Whole, so that what is owed is summed and paged without a look at the charges.
CREATE INDEX billing_charge_open ON billing_charge (project_id, subject_id, month, due_date, amount, paid, waived, live, hold, run_id, id) WHERE amount > paid;
