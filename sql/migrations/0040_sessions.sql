-- What the web page's sessions need to be taken by every web process. No session is kept: a cookie carries it, sealed.

-- Random secrets that all processes on this database have in common, made by the first that needs one.
create table if not exists server_secrets (
  name text primary key,
  secret bytea not null,
  created_at timestamptz not null
);

-- Links that sign in once. The key in them is sealed with the token, of which only the digest is here.
create table if not exists sign_in_links (
  token_digest bytea primary key,
  sealed_key bytea not null,
  expires_at timestamptz not null
);
