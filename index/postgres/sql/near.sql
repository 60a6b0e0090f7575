-- For libraries in which not every vector is compared.
create index on {schema}.vectors using hnsw (embedding halfvec_ip_ops)
  with (m = 16, ef_construction = 128);
