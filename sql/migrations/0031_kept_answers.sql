-- Answers to requests that came with an Idempotency-Key, for a day. The only place where bodies are kept: a row can be erased alone.
create table if not exists kept_answers (
  -- The line of the key that asked.
  holder_id uuid not null,
  idempotency_key text not null,
  -- SHA-256 over path and body.
  digest text not null,
  request_id uuid not null,
  -- Null while the first request runs.
  status integer,
  headers jsonb,
  body bytea,
  -- Until then the first request is believed to run; it renews this.
  lease_until timestamptz not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (holder_id, idempotency_key)
);
create index if not exists kept_answers_expiry on kept_answers (expires_at);
