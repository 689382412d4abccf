"""Facts on disk: records, tables, queries and migrations."""
