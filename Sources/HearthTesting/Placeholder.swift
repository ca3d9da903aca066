enum HearthTestingPlaceholder {}
