-- +goose Up
-- Messages ask which codes a payer has.
CREATE INDEX paycode_code_payer ON paycode_code (project_id, payer_id) WHERE state = 'active';
