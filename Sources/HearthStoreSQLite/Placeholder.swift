enum HearthStoreSQLitePlaceholder {}
