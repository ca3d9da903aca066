enum HearthVaultPlaceholder {}
