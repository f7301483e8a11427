-- +goose Up
-- The row behind a receipt is asked for whenever a receipt is voided.
CREATE INDEX cashier_bank_row_receipt ON cashier_bank_row (project_id, receipt_id) WHERE receipt_id <> 0;
