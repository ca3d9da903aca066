enum HearthIngestPlaceholder {}
