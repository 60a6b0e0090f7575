-- What searching needs, once all rows are there.
create unique index on {schema}.vectors (passage);
create unique index on {schema}.sentences (passage, place);
create unique index on {schema}.terms (term) include (number, documents, most);
create unique index on {schema}.postings (term, passage) include (weight);
create unique index on {schema}.postings (passage, term) include (weight);
analyze {schema}.passages;
analyze {schema}.vectors;
analyze {schema}.sentences;
analyze {schema}.terms;
analyze {schema}.postings;
