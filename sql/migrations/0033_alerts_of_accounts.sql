-- Alerts of accounts go the way of all alerts, so that they reach the webhook too.
alter table admin_outbox drop column if exists type;
