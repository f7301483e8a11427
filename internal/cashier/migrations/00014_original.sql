-- +goose Up
-- Applications may go back by the channel that took the money: which money
-- nobody asked for it is, the channel's number of the refund, what is set aside
-- for it, and why it failed.
ALTER TABLE cashier_refund ADD COLUMN candidate_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cashier_refund ADD COLUMN channel_refund_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cashier_refund ADD COLUMN channel_number TEXT NOT NULL DEFAULT '';
ALTER TABLE cashier_refund ADD COLUMN held BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cashier_refund ADD COLUMN failure TEXT NOT NULL DEFAULT '';
