-- What a search through an org's requests goes by, beside their time. Both are small: few requests fail, and few opinions have a label.
create index requests_errors on requests (org_id, error_code, created_at) where error_code is not null;
create index feedback_labels on feedback (org_id, given_at) where label is not null;
