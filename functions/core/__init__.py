"""What every feature stands on: scope, keys, errors, clock, ids, audit. Imports no feature."""
