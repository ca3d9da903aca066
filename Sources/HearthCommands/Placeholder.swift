enum HearthCommandsPlaceholder {}
