enum HearthSchemaPlaceholder {}
