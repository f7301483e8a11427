-- +goose Up
-- The key of an account is its carrier: mail, sms (Aliyun) or tencent.
ALTER TABLE notify_account ADD COLUMN app TEXT NOT NULL DEFAULT '';
ALTER TABLE notify_setting ADD COLUMN sms_first TEXT NOT NULL DEFAULT 'sms';
ALTER TABLE notify_template ADD COLUMN code_tencent TEXT NOT NULL DEFAULT '';
ALTER TABLE notify_message ADD COLUMN carrier TEXT NOT NULL DEFAULT '';
UPDATE notify_message SET carrier = channel;
